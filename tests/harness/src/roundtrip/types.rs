//! The generated types, each as functions from bytes to bytes.

use std::any::TypeId;

use rust_svc::{
    Message, Wire,
    json::{self, PackedType, ParseOptions, PrintOptions, TypeRegistry},
};

/// The last second of the year 9999.
const LATEST: i64 = 253_402_300_799;

/// The types of one run of the generator.
#[derive(Debug)]
pub struct Tree {
    /// Its name in failures.
    pub name: &'static str,
    /// The latest second of its timestamps, since 1970.
    pub latest: i64,
    pub(crate) descriptors: &'static [u8],
    pub(crate) conversions: Vec<Conversion>,
    pub(crate) codecs: Vec<Codec>,
    pub(crate) types: TypeRegistry,
}

/// Conversion between a prost message and its type in traits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conversion {
    pub(crate) name: &'static str,
    /// Whether traits use the prost message, so that nothing is checked.
    pub(crate) is_none: bool,
    pub(crate) convert: fn(&[u8]) -> Converted,
}

/// The results of converting a message.
pub(crate) struct Converted {
    /// The message, decoded and encoded again.
    pub(crate) straight: Vec<u8>,
    /// The message after conversion to the plain type and back, or the paths of the violations.
    pub(crate) result: Result<Vec<u8>, Vec<String>>,
}

/// The JSON codec of a prost message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Codec {
    pub(crate) name: &'static str,
    pub(crate) print: fn(&[u8], &PrintOptions) -> Result<Vec<u8>, String>,
    pub(crate) parse: fn(&[u8], &ParseOptions) -> Result<Vec<u8>, String>,
}

impl Tree {
    /// A tree without types, and the `FileDescriptorSet` that describes them.
    pub fn new(name: &'static str, descriptors: &'static [u8]) -> Self {
        let (conversions, codecs, types) = (Vec::new(), Vec::new(), TypeRegistry::default());
        Self { name, latest: LATEST, descriptors, conversions, codecs, types }
    }

    /// Adds a type of traits.
    pub fn converts<T: Message<Tree, Wire: Wire>, Tree>(&mut self) {
        let is_none = TypeId::of::<T>() == TypeId::of::<T::Wire>();
        self.conversions.push(Conversion { name: T::NAME, is_none, convert: convert::<T, Tree> });
    }

    /// Adds a message that has JSON.
    pub fn codes<M: json::JsonMessage + Wire>(&mut self) {
        self.codecs.push(Codec { name: M::NAME, print: print::<M>, parse: parse::<M> });
    }

    /// Adds the messages that may be packed in a `google.protobuf.Any`.
    pub fn packs(&mut self, types: &[PackedType]) {
        self.types.add(types);
    }
}

fn convert<T: Message<Tree, Wire: Wire>, Tree>(bytes: &[u8]) -> Converted {
    let wire = decode::<T::Wire>(bytes);
    let straight = wire.to_bytes();
    let result = T::from_wire(wire).map(|message| message.into_wire().to_bytes());
    let paths = result.map_err(|violations| violations.into_vec().into_iter().map(|it| it.field).collect());
    Converted { straight, result: paths }
}

fn print<M: json::JsonMessage + Wire>(bytes: &[u8], print: &PrintOptions) -> Result<Vec<u8>, String> {
    json::to_vec(&decode::<M>(bytes), print).map_err(|error| error.to_string())
}

fn parse<M: json::JsonMessage + Wire>(text: &[u8], parse: &ParseOptions) -> Result<Vec<u8>, String> {
    json::from_slice::<M>(text, parse).map(|message| message.to_bytes()).map_err(|error| error.to_string())
}

fn decode<W: Wire>(bytes: &[u8]) -> W {
    W::from_bytes(bytes).expect("a message of its own descriptor is decoded")
}
