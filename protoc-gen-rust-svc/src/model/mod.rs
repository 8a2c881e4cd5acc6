//! The output with every decision made: names, types, policies, routes, documentation.
//!
//! Values that templates print are valid Rust. If a template needs a decision, the model lacks a property.

mod constraints;
mod enumeration;
mod field;
mod form;
mod message;
mod package;
mod policy;
mod prelude;
mod scalar;
mod service;
mod type_name;
mod well_known;
mod wire;

pub use self::{
    constraints::{Constant, Constraints, Range},
    enumeration::{Enum, EnumValue},
    field::{Behavior, Cardinality, DefaultValue, Field, Value},
    form::{CustomType, Form},
    message::{Masked, Member, Message, Oneof, Rule, RuleKind},
    package::{Artefacts, FakeParts, Model, Package, Part, RuleCheck, UnusedConfig},
    policy::{Breaker, Hedge, Idempotency, Policy, Retry, grouped},
    scalar::Scalar,
    service::{Attribute, HttpResponse, Literal, Method, MethodKind, Route, Service},
    type_name::{Origin, TypeName},
    well_known::{Times, WellKnown},
    wire::{Encoding, Reserved},
};
