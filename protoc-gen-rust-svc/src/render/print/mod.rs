//! The only printer of Rust.

mod printer;
mod wrap;

pub(super) use self::printer::print;
