//! Chooses among the endpoints of a client. Pure decisions: readiness and load are passed in.

mod hash;
mod load_balancing;
#[cfg(feature = "measured")]
mod measured;
mod picker;
mod ring;
mod schedule;
mod subset;

pub use self::load_balancing::LoadBalancing;
#[cfg(feature = "measured")]
pub use self::measured::MeasuredChoice;
pub(crate) use self::{hash::hash, picker::Picker, subset::subset};
