//! The command line: a plugin if standard input is piped, and commands of its own.

mod check;
mod completions;
mod diff;
mod doctor;
mod explain;
mod format;
mod generate;
mod input;
mod output;
mod plugin;
mod project;
mod routes;
mod run;

pub use self::run::run;
