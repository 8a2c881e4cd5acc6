//! How JSON is printed and read, and which types a `google.protobuf.Any` may hold.

use std::{collections::HashMap, fmt, sync::Arc};

use super::{
    error::JsonResult,
    text::{JsonBuffer, Tokenizer},
};

/// How messages are printed.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PrintOptions {
    /// Print fields without presence that hold their default value, empty lists and maps, and `null` for messages that
    /// are not set.
    pub defaults: bool,
    /// Print enums as their numbers, not as their names.
    pub enum_numbers: bool,
    /// Print fields by their names in the `.proto`, such as `product_id`, not as `productId`.
    pub proto_names: bool,
    /// Print integers of 64 bits as numbers, which many readers round, not as strings.
    pub int64_numbers: bool,
    /// Print each entry on a line of its own, indented. Streams are not affected.
    pub pretty: bool,
    /// The types that may be packed in a `google.protobuf.Any`.
    pub types: TypeRegistry,
}

/// How JSON is read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ParseOptions {
    /// Ignore unknown fields and unknown names of enum values instead of refusing them.
    pub ignore_unknown: bool,
    /// Accept the names of enum values in any case, and without the prefix that all of them share.
    pub lenient_enums: bool,
    /// How deeply objects and arrays may be nested; 100 unless set.
    pub max_depth: usize,
    /// The memory that the values of a message may take, in bytes and by their sizes; 64 MiB unless set. A few bytes of
    /// JSON, such as `{}`, may become a large message.
    pub max_memory: usize,
    /// The types that may be packed in a `google.protobuf.Any`.
    pub types: TypeRegistry,
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self {
            ignore_unknown: false,
            lenient_enums: false,
            max_depth: Self::MAX_DEPTH,
            max_memory: Self::MAX_MEMORY,
            types: TypeRegistry::default(),
        }
    }
}

impl ParseOptions {
    /// The depth that all implementations of protobuf read.
    pub const MAX_DEPTH: usize = 100;
    const MAX_MEMORY: usize = 64 * 1024 * 1024;
}

/// A type whose messages may be packed in a `google.protobuf.Any`.
#[derive(Clone, Copy)]
pub struct PackedType {
    pub(super) name: &'static str,
    /// Whether its JSON is an object of its fields, which `@type` joins.
    pub(super) has_fields: bool,
    /// Prints the entries of the object beside `@type`. Returns false if the bytes are not of this type.
    pub(super) print: fn(&[u8], &mut JsonBuffer, &PrintOptions) -> bool,
    pub(super) read: for<'b> fn(&mut Tokenizer<'b>, &'b ParseOptions) -> JsonResult<Vec<u8>>,
}

impl fmt::Debug for PackedType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The types that may be packed, by their full names. Those of `google.protobuf` and `google.rpc` are always known.
#[derive(Clone, Default)]
pub struct TypeRegistry(Arc<HashMap<&'static str, PackedType>>);

impl TypeRegistry {
    /// Adds types, such as the `TYPES` of a generated package.
    pub fn add(&mut self, types: &[PackedType]) {
        Arc::make_mut(&mut self.0).extend(types.iter().map(|it| (it.name, *it)));
    }

    pub(super) fn get(&self, name: &str) -> Option<PackedType> {
        self.0.get(name).copied()
    }
}

impl fmt::Debug for TypeRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TypeRegistry({})", self.0.len())
    }
}
