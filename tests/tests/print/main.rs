//! What the generator prints, and what it says.

mod command;
mod corpus;
mod diagnostics;
mod golden;
mod hostile;
mod oracle;
mod plugin;
mod program;
mod tidy;
