//! The third stage: the model to diagnostics. One function per rule; all errors of a run are reported.

mod alone;
mod calls;
mod cleared;
mod endless;
mod fields;
mod lengths;
mod model;
mod routes;
mod rules;
mod whole;

pub use self::model::check;
