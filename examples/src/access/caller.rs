//! Callers and their roles.

use std::{fmt, str::FromStr};

use rust_svc::{Context, Error, Result};

/// The identity of a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The role.
    pub role: Role,
    /// The name, such as the identifier of a customer or courier.
    pub name: String,
    /// The customer for whom the gateway calls.
    pub customer: Option<String>,
}

/// The role of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Orders for itself, through the gateway.
    Customer,
    /// Delivers orders.
    Courier,
    /// Counts stock.
    Sensor,
    /// Looks after the system.
    Operator,
    /// The gateway, on behalf of customers.
    Gateway,
    /// The order service.
    Orders,
}

impl Caller {
    /// Creates the identity of a caller.
    pub fn new(role: Role, name: impl Into<String>) -> Self {
        Self { role, name: name.into(), customer: None }
    }

    /// Returns the caller of a call.
    pub fn of(cx: &Context) -> Result<&Self> {
        cx.value().ok_or_else(|| Error::unauthenticated("the caller is not known"))
    }

    /// Returns the customer who calls, directly or through the gateway; `None` for other callers.
    pub fn customer(&self) -> Option<&str> {
        let is_customer = self.role == Role::Customer;
        self.customer.as_deref().or_else(|| is_customer.then_some(&*self.name))
    }
}

const NAMES: [(Role, &str); 6] = [
    (Role::Customer, "customer"),
    (Role::Courier, "courier"),
    (Role::Sensor, "sensor"),
    (Role::Operator, "operator"),
    (Role::Gateway, "gateway"),
    (Role::Orders, "orders"),
];

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAMES.iter().find(|(role, _)| role == self).map_or("", |(_, name)| name))
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = NAMES.iter().find(|(_, name)| *name == text).map(|(role, _)| *role);
        found.ok_or_else(|| format!("unknown role; roles are {}", NAMES.map(|(_, name)| name).join(", ")))
    }
}
