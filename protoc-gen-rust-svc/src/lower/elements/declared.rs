//! The types of all files.

use std::collections::BTreeMap;

use crate::model::{Enum, Message};

/// Messages and enums by their full names.
#[derive(Default)]
pub(super) struct Declared {
    pub(super) messages: BTreeMap<String, Message>,
    pub(super) enums: BTreeMap<String, Enum>,
}
