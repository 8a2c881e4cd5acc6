//! Random identifiers, and their hexadecimal form.

pub(crate) mod hex;
pub(crate) mod uuid;
