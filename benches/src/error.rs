//! The error of the programs.

use std::error::Error;

/// The result of a step. Any error ends the program.
pub type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;
