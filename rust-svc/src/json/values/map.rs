//! Maps.

use std::{
    collections::{BTreeMap, HashMap},
    hash::{BuildHasher, Hash},
};

use super::item::not_null;
use crate::json::{
    error::{JsonError, JsonResult},
    message::{JsonValue, Slot},
    print::Writer,
    read::{Decoder, ParameterTree, ValueSource},
    text::integer,
};

/// A type of map keys.
pub trait MapKey: Ord + Sized {
    /// Reads a key; `None` if the text is not one.
    fn parse(text: &str) -> Option<Self>;

    /// Returns the key as text, without quotes and escapes.
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
                integer(text).ok()?.try_into().ok()
            }

            fn text(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

integer_keys!(i32, u32, i64, u64);

/// How many entries a map has room for once it has one.
pub(crate) const NODE: usize = 11;

/// The collections that hold the entries of a map.
trait MapEntries<K, V> {
    fn sorted(&self) -> Vec<(&K, &V)>;
    fn has(&self, key: &K) -> bool;
    fn is_empty(&self) -> bool;
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

    fn is_empty(&self) -> bool {
        self.len() == 0
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

    fn is_empty(&self) -> bool {
        self.len() == 0
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
    if source.is_empty_message() || source.take_null()? {
        return Ok(());
    }
    if !source.texts.is_empty() {
        return Err(JsonError::value("is a map: name one of its keys, as in map[key]"));
    }
    if source.is_json {
        source.decoder.as_a_whole(|decoder| entries(map, decoder))?;
    }
    for node in source.nodes.iter().flat_map(|node| node.children()) {
        parameter(map, node, source.decoder).map_err(|error| error.within(format_args!("[{}]", node.name())))?;
    }
    Ok(())
}

fn entries<C, K: MapKey, V: JsonValue<C>>(map: &mut impl MapEntries<K, V>, decoder: &mut Decoder<'_>) -> JsonResult {
    decoder.open_object()?;
    let mut first = true;
    while let Some(name) = decoder.tokens.key(&mut first)? {
        decoder.tokens.charge(if map.is_empty() { NODE } else { 2 } * size_of::<(K, V)>())?;
        let read = |decoder| Ok((key(map, &name)?, not_null(decoder)?));
        let (key, value) = read(decoder).map_err(|error: JsonError| error.within(format_args!("[{name}]")))?;
        if let Some(value) = value {
            map.put(key, value);
        }
    }
    Ok(())
}

fn parameter<'b, C, K: MapKey, V: JsonValue<C>>(
    map: &mut impl MapEntries<K, V>,
    node: &'b ParameterTree,
    decoder: &mut Decoder<'b>,
) -> JsonResult {
    if !node.is_key() {
        return Err(JsonError::value("is a key of a map: it is written in brackets, as in map[key]"));
    }
    let key = key(map, node.name())?;
    if let Some(value) = V::read(ValueSource::parameters(vec![node], decoder))? {
        map.put(key, value);
    }
    Ok(())
}

fn key<K: MapKey, V>(map: &impl MapEntries<K, V>, name: &str) -> JsonResult<K> {
    let key = K::parse(name).ok_or_else(|| JsonError::value("is not a key of this map"))?;
    if map.has(&key) { Err(JsonError::value("is given more than once")) } else { Ok(key) }
}
