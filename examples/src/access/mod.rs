//! Who may call what: tokens, the roles of each method, and the owners of orders and assignments.
//!
//! A call passes three checks. The [`Tokens`] tell who calls. The [`Roles`] of the method tell whether it is for such a
//! caller: the gateway serves customers, and inner addresses serve services, couriers, sensors and operators. [`OwnOnly`]
//! wraps a service, and refuses what belongs to somebody else.
//!
//! The gateway calls the services with a token of its own, and adds the customer for whom it does; see [`Credentials`].

mod caller;
mod certificates;
mod credentials;
mod own_couriers;
mod own_only;
mod own_orders;
mod roles;
#[cfg(test)]
mod tests;
mod tokens;

pub use caller::{Caller, Role};
pub use certificates::Certificates;
pub use credentials::{Credentials, authenticate};
pub use own_only::OwnOnly;
pub use roles::Roles;
pub use tokens::Tokens;
