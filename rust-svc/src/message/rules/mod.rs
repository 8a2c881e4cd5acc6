//! The rules of `buf.validate`, checked by the library `prost-protovalidate`.

mod checker;
mod imports;
mod paths;
mod texts;

pub use checker::Rules;
