//! The command line: a plugin if standard input is piped, and commands of its own.

mod check;
mod diff;
mod explain;
mod generate;
mod new;
mod output;
mod plugin;
mod run;
mod source;

pub use self::run::run;
