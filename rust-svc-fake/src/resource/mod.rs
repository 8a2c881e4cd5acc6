//! Resources with standard methods (AIP-131 to AIP-135), which are kept in memory.

mod collection;
mod fields;
mod methods;
mod services;

pub(crate) use services::ResourceServices;
