//! The fields of messages, as routes use them.

use std::marker::PhantomData;

use crate::json::{self, JsonValue};

pub(crate) const HTTP_BODY: &str = "google.api.HttpBody";

/// The fields of a message, as routes use them. [`JsonMethod`](crate::gateway::JsonMethod) returns them for messages that are
/// known only at run time.
pub trait MessageFields: Send + Sync {
    /// Returns the full name of the message.
    fn name(&self) -> &'static str;

    /// Returns the proto name of a field by its proto or JSON name.
    fn field(&self, name: &str) -> Option<&'static str>;

    /// Returns the fields that hold one message, each with the full name of the message.
    fn messages(&self) -> Vec<(&'static str, &'static str)>;

    /// Returns whether a path, by proto or JSON names, leads to or into an `OUTPUT_ONLY` field.
    fn is_output_only(&self, path: &str) -> bool;

    /// Returns whether a path, by proto names, leads to a field that holds a text.
    fn is_text(&self, path: &str) -> bool;

    /// Returns whether the JSON of the message may be an object with this key.
    fn may_have_key(&self, key: &str) -> bool;
}

/// The fields of the messages of a method.
#[derive(Clone, Copy)]
pub(crate) struct MessageInfo {
    pub(super) request: &'static dyn MessageFields,
    pub(super) response: &'static dyn MessageFields,
}

impl MessageInfo {
    pub(crate) fn new(request: &'static dyn MessageFields, response: &'static dyn MessageFields) -> Self {
        Self { request, response }
    }

    pub(crate) fn of<Q: JsonValue + 'static, R: JsonValue + 'static>() -> Self {
        Self::new(&TypedFields::<Q>(PhantomData), &TypedFields::<R>(PhantomData))
    }

    /// Returns the proto name of a field of the request.
    pub(crate) fn request_field(&self, name: &str) -> Option<&'static str> {
        self.request.field(name)
    }

    /// Returns whether a field of the request is a `google.api.HttpBody`.
    #[cfg(feature = "multipart")]
    pub(crate) fn is_http_body(&self, field: &str) -> bool {
        self.request.messages().contains(&(field, HTTP_BODY))
    }

    /// Returns whether only the service sets a field of the request.
    pub(crate) fn is_output_only(&self, path: &str) -> bool {
        self.request.is_output_only(path)
    }
}

/// The fields of a message that has a type.
struct TypedFields<T>(PhantomData<fn() -> T>);

impl<T: JsonValue> MessageFields for TypedFields<T> {
    fn name(&self) -> &'static str {
        T::MESSAGE_NAME
    }

    fn field(&self, name: &str) -> Option<&'static str> {
        json::field_name::<T>(name)
    }

    fn messages(&self) -> Vec<(&'static str, &'static str)> {
        json::field_types::<T>()
    }

    fn is_output_only(&self, path: &str) -> bool {
        json::is_output_only::<T>(path)
    }

    fn is_text(&self, path: &str) -> bool {
        json::is_text::<T>(path)
    }

    fn may_have_key(&self, key: &str) -> bool {
        T::may_have_key(key)
    }
}
