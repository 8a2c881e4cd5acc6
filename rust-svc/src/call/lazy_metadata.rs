//! The metadata of a request, read when somebody asks for them.

#![cfg_attr(not(feature = "adapter"), allow(dead_code, reason = "only an adapter receives"))]

use std::sync::{Arc, OnceLock};

use crate::Metadata;

/// The metadata of a call that has none.
static NONE: Metadata = Metadata::new();

/// Metadata in the form in which a transport received them.
pub(crate) trait ReceivedMetadata: Send + Sync + 'static {
    /// All of them.
    fn read(&self) -> Metadata;

    /// Tells each text under one of these keys, and which of them it is; those of a key in order.
    fn texts<'a>(&'a self, keys: &[&str], each: &mut dyn FnMut(usize, &'a str));
}

/// The metadata that a context carries.
#[derive(Clone)]
pub(crate) struct LazyMetadata(Option<Arc<Source<dyn ReceivedMetadata>>>);

struct Source<R: ?Sized> {
    /// All of them, once they are read; they count from then on.
    read: OnceLock<Metadata>,
    received: R,
}

/// What was never received.
struct Own;

impl LazyMetadata {
    pub(crate) const fn none() -> Self {
        Self(None)
    }

    /// These metadata.
    pub(crate) fn of(metadata: Metadata) -> Self {
        match metadata.is_empty() {
            true => Self::none(),
            false => Self(Some(Arc::new(Source { read: OnceLock::from(metadata), received: Own }))),
        }
    }

    /// What was received.
    pub(crate) fn received(received: impl ReceivedMetadata) -> Self {
        Self(Some(Arc::new(Source { read: OnceLock::new(), received })))
    }

    /// All of them.
    pub(crate) fn all(&self) -> &Metadata {
        self.0.as_deref().map_or(&NONE, Source::all)
    }

    /// Tells each text under one of these keys, and which of them it is; those of a key in order.
    pub(crate) fn texts<'a>(&'a self, keys: &[&str], each: &mut dyn FnMut(usize, &'a str)) {
        let Some(Source { read, received }) = self.0.as_deref() else { return };
        let Some(metadata) = read.get() else { return received.texts(keys, each) };
        for (index, key) in keys.iter().enumerate() {
            metadata.get_all(key).filter_map(|value| value.as_text()).for_each(|text| each(index, text));
        }
    }

    /// Changes them, but not those of others that share them.
    pub(crate) fn change<T>(&mut self, change: impl FnOnce(&mut Metadata) -> T) -> T {
        let unshared = self.0.as_mut().and_then(Arc::get_mut).and_then(|kept| kept.read.take());
        let mut metadata = unshared.unwrap_or_else(|| self.all().clone());
        let changed = change(&mut metadata);
        *self = Self::of(metadata);
        changed
    }
}

impl Source<dyn ReceivedMetadata> {
    fn all(&self) -> &Metadata {
        self.read.get_or_init(|| self.received.read())
    }
}

impl ReceivedMetadata for Own {
    fn read(&self) -> Metadata {
        Metadata::new()
    }

    fn texts<'a>(&'a self, _: &[&str], _: &mut dyn FnMut(usize, &'a str)) {}
}

#[cfg(test)]
mod tests {
    use super::{LazyMetadata, ReceivedMetadata};
    use crate::Metadata;

    /// The key `x` with the texts `a` and `b`.
    struct Letters;

    impl ReceivedMetadata for Letters {
        fn read(&self) -> Metadata {
            let mut metadata = Metadata::new();
            ["a", "b"].iter().for_each(|text| metadata.append("x", *text).expect("metadata"));
            metadata
        }

        fn texts<'a>(&'a self, keys: &[&str], each: &mut dyn FnMut(usize, &'a str)) {
            let Some(index) = keys.iter().position(|key| *key == "x") else { return };
            ["a", "b"].into_iter().for_each(|text| each(index, text));
        }
    }

    fn texts<'a>(carried: &'a LazyMetadata, key: &str) -> Vec<&'a str> {
        let mut texts = Vec::new();
        carried.texts(&["z", key], &mut |index, text| {
            assert_eq!(index, 1);
            texts.push(text);
        });
        texts
    }

    #[test]
    fn they_are_the_same_read_and_unread() {
        let carried = LazyMetadata::received(Letters);
        assert_eq!(texts(&carried, "x"), ["a", "b"]);
        assert_eq!(carried.all().len(), 2);
        assert_eq!(texts(&carried, "x"), ["a", "b"]);
        assert!(texts(&carried, "y").is_empty() && texts(&LazyMetadata::none(), "x").is_empty());
    }

    #[test]
    fn a_change_is_not_seen_by_others() {
        let mut carried = LazyMetadata::received(Letters);
        let before = carried.clone();
        for text in ["c", "d"] {
            carried.change(|metadata| metadata.append("x", text)).expect("metadata");
        }
        assert_eq!(texts(&carried, "x"), ["a", "b", "c", "d"]);
        assert_eq!(texts(&before, "x"), ["a", "b"]);
        carried.change(|metadata| metadata.remove("x"));
        assert!(carried.all().is_empty() && texts(&carried, "x").is_empty());
    }
}
