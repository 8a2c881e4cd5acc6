//! Methods whose messages are known only at run time, by descriptors.

mod method;
mod request;
mod response;

pub use method::JsonMethod;
pub use request::{JsonParameter, JsonRequest};
pub use response::{JsonResponse, ResponseField};
