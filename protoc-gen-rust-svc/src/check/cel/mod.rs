//! CEL rules of `buf.validate`.

mod functions;
mod problems;
mod syntax;
mod tokens;

pub(super) use self::problems::problems;
