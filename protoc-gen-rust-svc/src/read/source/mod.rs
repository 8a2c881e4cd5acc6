//! Positions and comments of the elements of a file.

mod folders;
mod option_text;
mod places;
mod text;

pub(super) use self::text::TabWidth;
pub use self::{folders::SourceFolders, places::Source};
