//! The third stage: the model to diagnostics. One function per rule; all errors of a run are reported.

mod cel;
mod cleared_fields;
mod fields;
mod methods;
mod name_lengths;
mod required_cycles;
mod rules;
mod run;
mod service_configs;
mod shared_routes;
mod standalone;

pub use self::run::check;
