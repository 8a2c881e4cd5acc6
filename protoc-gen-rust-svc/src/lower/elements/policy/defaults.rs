//! The options of a service, which hold for methods that declare no others.

use super::merge::Merge;
use crate::{
    diagnostics::{Diagnostics, Position},
    model::Policy,
    read::{
        call_policy::CallPolicy,
        descriptor::{MethodDescriptor, MethodOptions},
    },
};

/// The number of the `idempotency_level` `IDEMPOTENT`.
const IDEMPOTENT: i32 = 2;

/// Returns the policy of a service. Each method reports errors in it.
pub(in crate::lower::elements) fn of_service(defaults: &CallPolicy) -> Policy {
    // Only unary methods are hedged, and only methods that stream their responses have timeouts of streams.
    let (unary, streaming) = (of_method(defaults, false), of_method(defaults, true));
    Policy { idempotency: Default::default(), inherited: Vec::new(), limits: streaming.limits, ..unary }
}

/// Returns the policy of a method that sets nothing and may be repeated.
fn of_method(defaults: &CallPolicy, server_streaming: bool) -> Policy {
    let options = MethodOptions { idempotency_level: IDEMPOTENT, ..MethodOptions::default() };
    let method = MethodDescriptor { server_streaming, ..MethodDescriptor::default() };
    Merge::new(Some(defaults), &options, &method, &|_, _| Position::default(), &mut Diagnostics::default()).policy()
}
