//! Words for contracts: legal ones with a meaning elsewhere, and malformed ones.

mod legal;
mod malformed;

pub use self::{
    legal::{BYTE_LITERALS, COMMENT_LINES, JSON_NAMES, NAMES, PATH_SEGMENTS, STRING_LITERALS},
    malformed::{
        COMMENTS, DEFAULTS, FILES, MALFORMED_NAMES, NUMBERS, OPTION_TEXTS, PACKAGES, PARAMETERS, PATH_TEMPLATES, TYPES,
    },
};
