//! Query parameters that are not fields of a request.

/// The treatment of query parameters that are not fields of the request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownParameters {
    /// Respond with 400.
    #[default]
    Refuse,
    /// Ignore them.
    Ignore,
    /// Attach them to the context, as [`CapturedParameters`].
    Capture,
}

/// The query parameters that are not fields of the request, decoded and in order: a value of the
/// [`Context`](crate::Context) if there are any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CapturedParameters(pub Vec<(String, String)>);
