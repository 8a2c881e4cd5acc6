//! Rules of `buf.validate`, as far as the generator needs them. The runtime reads all rules.

pub mod constraints;
mod found;
mod kinds;
mod predefined;

pub use self::{
    found::{FoundRules, of_extension, of_field, of_message, requires_member},
    predefined::PredefinedRules,
};
