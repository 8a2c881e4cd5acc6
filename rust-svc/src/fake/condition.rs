//! When a script answers a call.

use std::{fmt::Debug, panic::Location};

use crate::{Context, Value, fake::text};

/// When a script answers a call: what keeps it from that, in words for the test's author, if something does.
pub(super) struct Condition<Q>(Box<Check<Q>>);

type Check<Q> = dyn Fn(Option<&Q>, &Context) -> Result<(), String> + Send + Sync;

impl<Q> Condition<Q> {
    pub(super) fn check(&self, request: Option<&Q>, cx: &Context) -> Result<(), String> {
        (self.0)(request, cx)
    }

    /// The request satisfies `predicate`.
    pub(super) fn request(
        location: &'static Location<'static>,
        predicate: impl Fn(&Q) -> bool + Send + Sync + 'static,
    ) -> Self {
        let failed = move || format!("the request does not satisfy `when` at {location}");
        Self(Box::new(move |request, _| request.is_some_and(&predicate).then_some(()).ok_or_else(failed)))
    }

    /// The request equals `expected`.
    pub(super) fn equals(expected: Q) -> Self
    where
        Q: PartialEq + Debug + Send + Sync + 'static,
    {
        Self(Box::new(move |request, _| match request {
            Some(request) if *request == expected => Ok(()),
            request => Err(text::difference(&expected, request)),
        }))
    }

    /// The metadata of the request has this entry.
    pub(super) fn metadata(key: String, expected: Value) -> Self {
        Self(Box::new(move |_, cx| {
            let mut values = cx.metadata().get_all(&key);
            if values.any(|value| *value == expected) {
                return Ok(());
            }
            let got: Vec<_> = cx.metadata().get_all(&key).collect();
            Err(format!("metadata {key}: expected {expected:?}, got {}", text::values(&got)))
        }))
    }

    /// The context satisfies `predicate`.
    pub(super) fn context(
        location: &'static Location<'static>,
        predicate: impl Fn(&Context) -> bool + Send + Sync + 'static,
    ) -> Self {
        let failed = move || format!("the context does not satisfy `when_context` at {location}");
        Self(Box::new(move |_, cx| predicate(cx).then_some(()).ok_or_else(failed)))
    }
}
