//! The policies in force: declared, configured and set in code.
//!
//! | module | holds |
//! |---|---|
//! | `table` | the policies that code and a service config set, which can be replaced while calls run |
//! | `layers` | the policies of a method, from the least to the most specific source |
//! | `source` | the source of a policy |
//! | `effective` | the policies in force for a method, each with its source |
//! | `connection` | the settings of connections in force, each with its source |

mod connection;
mod effective;
mod layers;
mod source;
mod table;

pub use connection::{ConnectionSetting, EffectiveConnection};
pub use effective::{EffectivePolicy, PolicyValue};
pub use source::PolicySource;
pub(super) use {
    effective::{ClientPolicies, MAX_RESPONSE_BYTES},
    table::PolicyTable,
};
