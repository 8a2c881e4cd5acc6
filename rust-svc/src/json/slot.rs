//! The places of values in a message: with and without presence, lists and maps.

use std::{
    collections::{BTreeMap, HashMap},
    hash::{BuildHasher, Hash},
};

use bytes::Bytes;

use super::{
    EnumOf, JsonEnum, JsonError, JsonMessage, JsonResult, JsonValue, Null, Plain, ValueSource, Writer,
    params::ParameterTree,
};

/// A field as it lies in a message, with its presence. `K` tells what its values are, as in [`JsonValue`].
pub trait Slot<K = Plain> {
    /// True for a `google.protobuf.FieldMask`.
    const IS_MASK: bool = false;
    /// True if the field is printed where defaults are printed.
    const HAS_DEFAULT: bool = true;

    /// True if the field need not be printed.
    fn is_unset(&self) -> bool;

    /// Prints the value.
    fn print(&self, out: &mut Writer);

    /// Reads the value. A JSON `null` leaves the field as it is, unless it is a value itself.
    fn fill(&mut self, source: ValueSource<'_, '_>) -> JsonResult;
}

/// A field that holds its value itself, and is unset while `$is_unset` of it.
macro_rules! bare {
    ($kind:ty, $is_unset:expr) => {
        fn is_unset(&self) -> bool {
            let is_unset: fn(&Self) -> bool = $is_unset;
            is_unset(self)
        }

        fn print(&self, out: &mut Writer) {
            JsonValue::<$kind>::write(self, out);
        }

        fn fill(&mut self, source: ValueSource<'_, '_>) -> JsonResult {
            fill_bare::<$kind, Self>(self, source)
        }
    };
}

macro_rules! implicit_presence {
    ($($value:ty),*) => {$(
        impl Slot for $value {
            bare!(Plain, |it| *it == Self::default());
        }
    )*};
}

implicit_presence!(bool, i32, u32, i64, u64, String, Vec<u8>, Bytes);

/// A negative zero is set.
impl Slot for f32 {
    bare!(Plain, |it| it.to_bits() == 0);
}

/// A negative zero is set.
impl Slot for f64 {
    bare!(Plain, |it| it.to_bits() == 0);
}

impl<E: JsonEnum> Slot<EnumOf<E>> for i32 {
    bare!(EnumOf<E>, |it| *it == 0);
}

impl Slot<Null> for i32 {
    bare!(Null, |_| true);
}

/// A field that is required, as proto2 has them.
impl<M: JsonMessage> Slot for M {
    bare!(Plain, |_| false);
}

macro_rules! required {
    ($($message:ident),*) => {$(
        impl Slot for prost_types::$message {
            bare!(Plain, |_| false);
        }
    )*};
}

required!(Any, Timestamp, Duration, FieldMask, Struct, Value, ListValue);

fn fill_bare<K, T: JsonValue<K>>(slot: &mut T, mut source: ValueSource<'_, '_>) -> JsonResult {
    let value = if source.take_null()? { T::null() } else { T::read(source)? };
    if let Some(value) = value {
        *slot = value;
    }
    Ok(())
}

impl<K, T: JsonValue<K>> Slot<K> for Option<T> {
    const IS_MASK: bool = T::IS_MASK;
    const HAS_DEFAULT: bool = T::IS_MESSAGE;

    fn is_unset(&self) -> bool {
        self.is_none()
    }

    fn print(&self, out: &mut Writer) {
        match self {
            Some(value) => value.write(out),
            None => out.raw("null"),
        }
    }

    fn fill(&mut self, mut source: ValueSource<'_, '_>) -> JsonResult {
        *self = if source.take_null()? { T::null() } else { T::read(source)? };
        Ok(())
    }
}

impl<K, T: JsonValue<K>> Slot<K> for Vec<T> {
    fn is_unset(&self) -> bool {
        self.is_empty()
    }

    fn print(&self, out: &mut Writer) {
        out.array(self, |out, value| value.write(out));
    }

    fn fill(&mut self, mut source: ValueSource<'_, '_>) -> JsonResult {
        if source.take_null()? {
            return Ok(());
        }
        if source.nodes.iter().any(|node| !node.children().is_empty()) {
            return Err(JsonError::value("is a list: the fields of its items cannot be set one by one"));
        }
        if source.json {
            let input = &mut *source.input;
            input.as_a_whole(|input| items(self, input))?;
        }
        for (index, text) in source.texts.into_iter().enumerate() {
            self.extend(T::read(source.input.text(text)).map_err(|error| error.within(format_args!("[{index}]")))?);
        }
        Ok(())
    }
}

fn items<K, T: JsonValue<K>>(list: &mut Vec<T>, input: &mut super::Decoder<'_>) -> JsonResult {
    input.open_array()?;
    let mut first = true;
    for index in 0.. {
        if !input.reader.item(&mut first)? {
            break;
        }
        let item = not_null(input).map_err(|error| error.within(format_args!("[{index}]")))?;
        list.extend(item);
    }
    Ok(())
}

/// A value of a list or a map, which cannot be absent.
fn not_null<K, T: JsonValue<K>>(input: &mut super::Decoder<'_>) -> JsonResult<Option<T>> {
    let mut source = input.json();
    if !source.take_null()? {
        return T::read(source);
    }
    T::null().map(Some).ok_or_else(|| JsonError::value("must not be null"))
}

/// The key of a map.
pub trait MapKey: Ord + Sized {
    /// Reads a key; `None` if it is none.
    fn parse(text: &str) -> Option<Self>;

    /// Prints the key, without quotes and escapes.
    fn text(&self) -> String;
}

impl MapKey for String {
    fn parse(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn text(&self) -> String {
        self.clone()
    }
}

impl MapKey for bool {
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

macro_rules! integer_keys {
    ($($integer:ty),*) => {$(
        impl MapKey for $integer {
            fn parse(text: &str) -> Option<Self> {
                super::number::integer(text).ok()?.try_into().ok()
            }

            fn text(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

integer_keys!(i32, u32, i64, u64);

/// What a message may hold as a map.
trait MapEntries<K, V> {
    fn sorted(&self) -> Vec<(&K, &V)>;
    fn has(&self, key: &K) -> bool;
    fn put(&mut self, key: K, value: V);
}

impl<K: MapKey + Hash, V, S: BuildHasher> MapEntries<K, V> for HashMap<K, V, S> {
    fn sorted(&self) -> Vec<(&K, &V)> {
        let mut entries: Vec<_> = self.iter().collect();
        entries.sort_unstable_by_key(|(key, _)| *key);
        entries
    }

    fn has(&self, key: &K) -> bool {
        self.contains_key(key)
    }

    fn put(&mut self, key: K, value: V) {
        self.insert(key, value);
    }
}

impl<K: MapKey, V> MapEntries<K, V> for BTreeMap<K, V> {
    fn sorted(&self) -> Vec<(&K, &V)> {
        self.iter().collect()
    }

    fn has(&self, key: &K) -> bool {
        self.contains_key(key)
    }

    fn put(&mut self, key: K, value: V) {
        self.insert(key, value);
    }
}

macro_rules! maps {
    ($($map:ident [$($generics:tt)*];)*) => {$(
        impl<C, K: MapKey $($generics)*> Slot<C> for $map<K, V>
        where
            V: JsonValue<C>,
        {
            fn is_unset(&self) -> bool {
                self.is_empty()
            }

            fn print(&self, out: &mut Writer) {
                out.object(|out| {
                    for (key, value) in self.sorted() {
                        out.key(&key.text());
                        value.write(out);
                    }
                });
            }

            fn fill(&mut self, source: ValueSource<'_, '_>) -> JsonResult {
                read_map(self, source)
            }
        }
    )*};
}

maps! {
    HashMap [+ Hash, V];
    BTreeMap [, V];
}

fn read_map<C, K: MapKey, V: JsonValue<C>>(
    map: &mut impl MapEntries<K, V>,
    mut source: ValueSource<'_, '_>,
) -> JsonResult {
    if source.take_null()? {
        return Ok(());
    }
    if !source.texts.is_empty() {
        return Err(JsonError::value("is a map: name one of its keys, as in map[key]"));
    }
    if source.json {
        source.input.as_a_whole(|input| entries(map, input))?;
    }
    for node in source.nodes.iter().flat_map(|node| node.children()) {
        parameter(map, node, source.input).map_err(|error| error.within(format_args!("[{}]", node.name())))?;
    }
    Ok(())
}

fn entries<C, K: MapKey, V: JsonValue<C>>(
    map: &mut impl MapEntries<K, V>,
    input: &mut super::Decoder<'_>,
) -> JsonResult {
    input.open_object()?;
    let mut first = true;
    while let Some(name) = input.reader.key(&mut first)? {
        let read = |input| Ok((key(map, &name)?, not_null(input)?));
        let (key, value) = read(input).map_err(|error: JsonError| error.within(format_args!("[{name}]")))?;
        if let Some(value) = value {
            map.put(key, value);
        }
    }
    Ok(())
}

fn parameter<'b, C, K: MapKey, V: JsonValue<C>>(
    map: &mut impl MapEntries<K, V>,
    node: &'b ParameterTree,
    input: &mut super::Decoder<'b>,
) -> JsonResult {
    if !node.is_key() {
        return Err(JsonError::value("is a key of a map: it is written in brackets, as in map[key]"));
    }
    let key = key(map, node.name())?;
    if let Some(value) = V::read(input.parameters(vec![node]))? {
        map.put(key, value);
    }
    Ok(())
}

fn key<K: MapKey, V>(map: &impl MapEntries<K, V>, name: &str) -> JsonResult<K> {
    let key = K::parse(name).ok_or_else(|| JsonError::value("is not a key of this map"))?;
    if map.has(&key) { Err(JsonError::value("is given more than once")) } else { Ok(key) }
}
