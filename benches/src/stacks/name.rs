//! The names of the stacks.

use clap::ValueEnum;

/// A stack, as the command line names it.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum StackName {
    /// This project.
    Ours,
    /// tonic with the stubs of its own generator.
    Tonic,
    /// connect-rust.
    Connectrpc,
}

impl StackName {
    /// All stacks.
    pub const ALL: [Self; 3] = [Self::Ours, Self::Tonic, Self::Connectrpc];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Tonic => "tonic",
            Self::Connectrpc => "connectrpc",
        }
    }
}
