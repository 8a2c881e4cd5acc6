//! The command line: a plugin if standard input is piped, and commands of its own.

mod check;
mod diff;
mod doctor;
mod fake;
mod format;
mod generate;
mod input;
mod output;
mod plugin;
mod project;
mod run;
mod show;
mod usage;

pub use self::run::run;
