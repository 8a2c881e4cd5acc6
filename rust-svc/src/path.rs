//! The grammar of `google.api.http` paths.
