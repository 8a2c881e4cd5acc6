//! The size of headers, as HTTP/2 counts it.

use http::HeaderMap;

/// The overhead of an entry besides its name and its value (RFC 9113, section 6.5.2).
const ENTRY_OVERHEAD: usize = 32;

/// Returns the size of headers or trailers for comparison with `SETTINGS_MAX_HEADER_LIST_SIZE`.
pub(crate) fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| entry_size(name.as_str(), value.len())).sum()
}

/// Returns the size of one entry, also of a pseudo-header such as `:path`.
pub(crate) fn entry_size(name: &str, value_length: usize) -> usize {
    name.len() + value_length + ENTRY_OVERHEAD
}
