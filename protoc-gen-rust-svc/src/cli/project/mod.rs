//! Commands that create and change projects.

pub(super) mod add;
mod edit;
pub(super) mod migrate;
pub(super) mod new;
pub(super) mod scaffold;
mod template_source;
pub(super) mod templates;
