//! Where `.proto` files come from: directories, texts, git revisions.

mod import_names;
mod revision;
mod sources;

pub(super) use self::{
    import_names::{import_names, missing_folders},
    revision::Directory,
    sources::{Texts, folders, with_built_in},
};
pub use self::{
    revision::{GitError, Revision},
    sources::BUILT_IN,
};
