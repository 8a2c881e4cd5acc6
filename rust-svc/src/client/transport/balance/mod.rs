//! Chooses among the endpoints of a client. Pure decisions: readiness and load are passed in.

mod hash;
mod load_balancing;
mod picker;
mod ring;
mod schedule;
mod subset;

pub use self::load_balancing::LoadBalancing;
pub(crate) use self::{hash::hash, picker::Picker, subset::subset};
