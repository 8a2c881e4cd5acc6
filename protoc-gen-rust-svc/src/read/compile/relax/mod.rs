//! Changes to parsed files, so that protox accepts what protoc accepts. Changes that the descriptor shows are undone afterwards.

mod names;
mod options;
mod restore;
mod texts;

use prost_types::FileDescriptorProto;

pub(super) use self::{
    names::{default_json_name, json_name},
    options::each_option,
    restore::Restore,
};
use super::{
    paths::{FILE_MESSAGE, index},
    text::unmask_signs,
};

/// Changes a file. Returns how to undo it.
pub(super) fn relax(file: &mut FileDescriptorProto) -> Restore {
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
