//! Call policies: the options of a method over those of its service, and service configs over both.
//!
//! | module | holds |
//! |---|---|
//! | `merge` | the options of a method and its service |
//! | `defaults` | the options of a service |
//! | `limits` | timeouts and sizes |
//! | `repetition` | retries and hedges |
//! | `breaker` | circuit breakers and bulkheads |
//! | `configured` | what a service config sets |
//! | `codes`, `durations` | the values of options |

mod breaker;
mod codes;
mod configured;
mod defaults;
mod durations;
mod limits;
mod merge;
mod repetition;

pub(super) use self::{
    configured::configure,
    defaults::of_service,
    merge::{DEFAULTS, METHOD, Merge, Owner},
};
