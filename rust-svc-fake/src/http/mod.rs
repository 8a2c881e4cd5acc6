//! Routes of `google.api.http`, by descriptors.

mod binding;
mod fields;
mod method;
mod parameter;
mod request;
mod response;

pub(crate) use method::routes;
