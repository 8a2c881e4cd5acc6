//! Rules of `buf.validate`.

mod constraints;
mod found;

pub(super) use self::{
    constraints::constraints,
    found::{has_rules, is_oneof_required},
};
