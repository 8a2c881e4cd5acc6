//! The metadata of a request, decoded on first use.

#![cfg_attr(not(feature = "adapter"), allow(dead_code, reason = "only an adapter receives metadata"))]

use std::sync::{Arc, OnceLock};

use super::Metadata;

/// The metadata of a call without any.
static EMPTY: Metadata = Metadata::new();

/// Metadata in the form in which a transport received it.
pub(crate) trait ReceivedMetadata: Send + Sync + 'static {
    /// Decodes all entries.
    fn decode(&self) -> Metadata;

    /// Passes each text under one of these keys to `visit`, with the index of its key; the texts of a key in order.
    fn visit_texts<'a>(&'a self, keys: &[&str], visit: &mut dyn FnMut(usize, &'a str));
}

/// The metadata of a context: set by a caller, or received and not yet decoded.
#[derive(Clone)]
pub(crate) struct LazyMetadata(Option<Arc<RequestEntries<dyn ReceivedMetadata>>>);

struct RequestEntries<R: ?Sized> {
    /// The decoded entries. Once they are here, `received` is no longer used.
    decoded: OnceLock<Metadata>,
    received: R,
}

/// The received part of metadata that was never received.
struct NotReceived;

impl LazyMetadata {
    /// Creates metadata without entries.
    pub(crate) const fn empty() -> Self {
        Self(None)
    }

    /// Wraps metadata that is decoded already.
    pub(crate) fn decoded(metadata: Metadata) -> Self {
        match metadata.is_empty() {
            true => Self::empty(),
            false => Self(Some(Arc::new(RequestEntries { decoded: OnceLock::from(metadata), received: NotReceived }))),
        }
    }

    /// Wraps the metadata of a transport.
    pub(crate) fn received(received: impl ReceivedMetadata) -> Self {
        Self(Some(Arc::new(RequestEntries { decoded: OnceLock::new(), received })))
    }

    /// Returns all entries, decoding them if necessary.
    pub(crate) fn get(&self) -> &Metadata {
        self.0.as_deref().map_or(&EMPTY, RequestEntries::get)
    }

    /// Passes each text under one of these keys to `visit`, with the index of its key; the texts of a key in order. It does
    /// not decode the other entries.
    pub(crate) fn visit_texts<'a>(&'a self, keys: &[&str], visit: &mut dyn FnMut(usize, &'a str)) {
        let Some(RequestEntries { decoded, received }) = self.0.as_deref() else { return };
        let Some(metadata) = decoded.get() else { return received.visit_texts(keys, visit) };
        for (index, key) in keys.iter().enumerate() {
            metadata.get_all(key).filter_map(|value| value.as_text()).for_each(|text| visit(index, text));
        }
    }

    /// Changes the entries of this value; its clones keep theirs.
    pub(crate) fn change<T>(&mut self, change: impl FnOnce(&mut Metadata) -> T) -> T {
        let unshared = self.0.as_mut().and_then(Arc::get_mut).and_then(|entries| entries.decoded.take());
        let mut metadata = unshared.unwrap_or_else(|| self.get().clone());
        let changed = change(&mut metadata);
        *self = Self::decoded(metadata);
        changed
    }
}

impl RequestEntries<dyn ReceivedMetadata> {
    fn get(&self) -> &Metadata {
        self.decoded.get_or_init(|| self.received.decode())
    }
}

impl ReceivedMetadata for NotReceived {
    fn decode(&self) -> Metadata {
        Metadata::new()
    }

    fn visit_texts<'a>(&'a self, _: &[&str], _: &mut dyn FnMut(usize, &'a str)) {}
}

#[cfg(test)]
mod tests {
    use super::{LazyMetadata, ReceivedMetadata};
    use crate::Metadata;

    /// The key `x` with the texts `a` and `b`.
    struct Letters;

    impl ReceivedMetadata for Letters {
        fn decode(&self) -> Metadata {
            let mut metadata = Metadata::new();
            ["a", "b"].iter().for_each(|text| metadata.append("x", *text).expect("metadata"));
            metadata
        }

        fn visit_texts<'a>(&'a self, keys: &[&str], visit: &mut dyn FnMut(usize, &'a str)) {
            let Some(index) = keys.iter().position(|key| *key == "x") else { return };
            ["a", "b"].into_iter().for_each(|text| visit(index, text));
        }
    }

    fn texts<'a>(metadata: &'a LazyMetadata, key: &str) -> Vec<&'a str> {
        let mut texts = Vec::new();
        metadata.visit_texts(&["z", key], &mut |index, text| {
            assert_eq!(index, 1);
            texts.push(text);
        });
        texts
    }

    #[test]
    fn texts_are_equal_before_and_after_decoding() {
        let metadata = LazyMetadata::received(Letters);
        assert_eq!(texts(&metadata, "x"), ["a", "b"]);
        assert_eq!(metadata.get().len(), 2);
        assert_eq!(texts(&metadata, "x"), ["a", "b"]);
        assert!(texts(&metadata, "y").is_empty() && texts(&LazyMetadata::empty(), "x").is_empty());
    }

    #[test]
    fn a_change_does_not_affect_clones() {
        let mut metadata = LazyMetadata::received(Letters);
        let before = metadata.clone();
        for text in ["c", "d"] {
            metadata.change(|metadata| metadata.append("x", text)).expect("metadata");
        }
        assert_eq!(texts(&metadata, "x"), ["a", "b", "c", "d"]);
        assert_eq!(texts(&before, "x"), ["a", "b"]);
        metadata.change(|metadata| metadata.remove("x"));
        assert!(metadata.get().is_empty() && texts(&metadata, "x").is_empty());
    }
}
