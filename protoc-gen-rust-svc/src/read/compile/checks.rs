//! Rules of protoc that protox does not check.

use super::CompileError;
use crate::read::Input;

/// Checks all files.
pub(super) fn check(_input: &Input) -> Result<(), CompileError> {
    Ok(())
}
