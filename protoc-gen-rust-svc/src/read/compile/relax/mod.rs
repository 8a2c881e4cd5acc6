//! Changes to parsed files, so that protox accepts what protoc accepts. Changes that the descriptor shows are undone afterwards.

mod file;
mod names;
mod options;
mod restore;
mod texts;

pub(super) use self::{
    file::relax,
    names::{default_json_name, json_name},
    options::each_option,
    restore::Restore,
};
