//! The command line: a plugin if standard input is piped, and commands of its own.

mod check;
mod diff;
mod explain;
mod format;
mod generate;
mod input;
mod new;
mod output;
mod plugin;
mod run;
mod scaffold;

pub use self::run::run;
