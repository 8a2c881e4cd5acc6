//! Compares two models, and reports which changes break whom.
//!
//! Each change is seen three ways: by code that is compiled against what is generated, by peers that still have the
//! other contract, and by callers over HTTP and JSON. What breaks messages is what `buf breaking` finds as `WIRE`, and for
//! JSON as `WIRE_JSON`; besides, methods that are gone, fields that are newly required, and routes.

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
