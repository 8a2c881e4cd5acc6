//! The changes to a file.

use prost_types::FileDescriptorProto;

use super::{names, options::each_option, restore::Restore, texts};
use crate::read::compile::{
    elements::{FILE_MESSAGE, index},
    text::unmask_signs,
};

/// Changes a file. Returns how to undo it.
pub(in super::super) fn relax(file: &mut FileDescriptorProto) -> Restore {
    each_option(file, &mut |_, options| options.iter_mut().for_each(unmask_signs));
    texts::drop_unreadable(file);
    let mut restore = Restore::default();
    for (number, message) in file.message_type.iter_mut().enumerate() {
        names::relax(message, &[FILE_MESSAGE, index(number)], &mut restore);
    }
    if restore.has_similar_names {
        restore.syntax = file.syntax.take();
    }
    restore
}
