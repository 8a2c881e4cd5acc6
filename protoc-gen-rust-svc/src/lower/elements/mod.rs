//! The elements of the model, each from its descriptor.

mod at;
mod declared;
mod defaults;
mod enums;
mod features;
mod fields;
mod messages;
mod overrides;
mod package;
mod policy;
mod routes;
mod rules;
mod services;
