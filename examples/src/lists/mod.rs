//! Lists that are read page by page, and streams of their changes.

pub mod log_stream;
pub mod page_token;
