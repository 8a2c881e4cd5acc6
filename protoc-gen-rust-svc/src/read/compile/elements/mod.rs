//! The elements of a file: their paths, their positions, and the walk over them.

mod paths;
mod places;
mod walk;

pub(super) use self::{
    paths::*,
    places::{Found, Places},
    walk::{ElementMut, walk},
};
