//! Positions inside the text of options, for which compilers report only the statement.

mod locate;
mod schema;
mod statement;
mod tokens;

pub(super) use self::{locate::locate, statement::OptionMessage};
