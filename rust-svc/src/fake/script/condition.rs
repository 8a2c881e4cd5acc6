//! Conditions under which a script responds to a call.

use std::{fmt::Debug, panic::Location, sync::Arc};

use crate::{
    Context, Value,
    fake::{
        erased::AnyMessage,
        text::{difference, values},
    },
};

/// A condition under which a script responds to a call.
pub(in crate::fake) struct Condition {
    /// Whether it depends on a request.
    pub(in crate::fake) needs_request: bool,
    is_met: Box<Predicate>,
    explain: Box<Explanation>,
}

type Predicate = dyn Fn(Option<&AnyMessage>, &Context) -> bool + Send + Sync;

/// Describes each way in which a call differs from what the condition expects.
type Explanation = dyn Fn(Option<&AnyMessage>, &Context) -> Vec<String> + Send + Sync;

impl Condition {
    pub(in crate::fake) fn is_met(&self, request: Option<&AnyMessage>, cx: &Context) -> bool {
        (self.is_met)(request, cx)
    }

    /// Returns the differences between the call and the condition; none if it is met.
    pub(in crate::fake) fn differences(&self, request: Option<&AnyMessage>, cx: &Context) -> Vec<String> {
        if self.is_met(request, cx) { Vec::new() } else { (self.explain)(request, cx) }
    }

    /// Requires that the request satisfies `predicate`.
    pub(in crate::fake) fn request<Q: 'static>(
        name: &'static str,
        location: &'static Location<'static>,
        predicate: impl Fn(&Q) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self {
            needs_request: true,
            is_met: Box::new(move |request, _| request.is_some_and(|request| predicate(request.get()))),
            explain: Box::new(move |_, _| vec![format!("the request does not satisfy `{name}` at {location}")]),
        }
    }

    /// Requires that `differences` finds none.
    pub(in crate::fake) fn no_differences<Q: 'static>(
        differences: impl Fn(&Q) -> Vec<String> + Send + Sync + 'static,
    ) -> Self {
        let differences = Arc::new(differences);
        let found = differences.clone();
        Self {
            needs_request: true,
            is_met: Box::new(move |request, _| request.is_some_and(|request| found(request.get()).is_empty())),
            explain: Box::new(move |request, _| match request {
                Some(request) => differences(request.get()),
                None => vec!["there is no request".to_owned()],
            }),
        }
    }

    /// Requires that the request equals `expected`.
    pub(in crate::fake) fn equals<Q>(expected: Q) -> Self
    where
        Q: PartialEq + Debug + Send + Sync + 'static,
    {
        let expected = Arc::new(expected);
        let compared = expected.clone();
        Self {
            needs_request: true,
            is_met: Box::new(move |request, _| request.is_some_and(|request| *request.get::<Q>() == *compared)),
            explain: Box::new(move |request, _| match request {
                Some(request) => difference::between(&*expected, request.get::<Q>()),
                None => vec!["there is no request".to_owned()],
            }),
        }
    }

    /// Requires that a field of the request equals `expected`.
    pub(in crate::fake) fn field<Q, T>(
        name: &'static str,
        field: impl for<'a> Fn(&'a Q) -> &'a T + Send + Sync + 'static,
        expected: T,
    ) -> Self
    where
        Q: 'static,
        T: PartialEq + Debug + Send + Sync + 'static,
    {
        let (field, expected) = (Arc::new(field), Arc::new(expected));
        let (compared_field, compared) = (field.clone(), expected.clone());
        Self {
            needs_request: true,
            is_met: Box::new(move |request, _| {
                request.is_some_and(|request| *compared_field(request.get()) == *compared)
            }),
            explain: Box::new(move |request, _| match request {
                Some(request) => difference::between_at(name, &*expected, field(request.get())),
                None => vec!["there is no request".to_owned()],
            }),
        }
    }

    /// Requires that the metadata of the request has this entry.
    pub(in crate::fake) fn metadata(key: String, expected: Value) -> Self {
        let (compared_key, compared) = (key.clone(), expected.clone());
        Self {
            needs_request: false,
            is_met: Box::new(move |_, cx| cx.metadata().get_all(&compared_key).any(|value| *value == compared)),
            explain: Box::new(move |_, cx| {
                let got = values(cx.metadata().get_all(&key));
                vec![format!("metadata {key}: expected {expected:?}, got {got}")]
            }),
        }
    }

    /// Requires that the context satisfies `predicate`.
    pub(in crate::fake) fn context(
        location: &'static Location<'static>,
        predicate: impl Fn(&Context) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self {
            needs_request: false,
            is_met: Box::new(move |_, cx| predicate(cx)),
            explain: Box::new(move |_, _| vec![format!("the context does not satisfy `when_context` at {location}")]),
        }
    }
}
