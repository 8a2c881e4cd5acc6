//! Compares two models, and reports what each change breaks.
//!
//! Each change has an effect on code that uses generated code, on gRPC peers with the other contract, and on callers
//! over HTTP and JSON. For messages, the rules are those of `WIRE` and `WIRE_JSON` of `buf breaking`. Removed methods,
//! newly required fields and routes are compared in addition. `docs/diff.md` has a table of them.

mod change;
mod compare;
mod defaults;
mod enums;
mod field_type;
mod fields;
mod messages;
mod names;
mod packages;
mod report;
mod reserved;
mod routes;
mod services;

pub use self::{
    change::{Change, ChangePosition, Effect},
    compare::diff,
    report::{json, report, summary},
};
