//! What the generator prints, and what it says.

mod command;
mod corpus;
mod diagnostics;
mod diff;
mod docs;
mod golden;
mod hostile;
mod oracle;
mod plugin;
mod program;
mod readers;
mod reflective;
mod tidy;
