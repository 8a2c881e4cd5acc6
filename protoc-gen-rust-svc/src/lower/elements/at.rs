//! Where an element is declared.

use super::features::Features;
use crate::read::{File, Source};

/// The file, outer name, features and path of an element.
pub(super) struct At<'a> {
    pub(super) file: &'a File,
    pub(super) source: &'a Source,
    pub(super) outer: &'a str,
    pub(super) features: Features,
    pub(super) path: Vec<i32>,
}

/// The path to an element below another one.
pub(super) fn below(path: &[i32], number: i32, index: usize) -> Vec<i32> {
    path.iter().copied().chain([number, index as i32]).collect()
}
