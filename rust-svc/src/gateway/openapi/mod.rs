//! The OpenAPI document of a gateway, and a page to try its calls.

mod served;

pub(super) use self::served::Assets;
pub use self::served::OpenApi;
