//! The text of `.proto` files, before it is parsed.

mod lexer;
mod lines;
mod signs;
mod utf8;

pub(super) use self::{
    lexer::{code, unterminated_comment},
    lines::Lines,
    signs::{mask_signs, unmask_signs},
    utf8::lossy,
};
