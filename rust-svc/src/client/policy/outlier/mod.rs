//! Outlier detection: one sick endpoint must not fail the calls that another would serve (after gRFC A50).

mod ejection;
mod endpoint_attempt;
mod endpoints;
mod growing_list;
mod method_health;

pub(crate) use self::{
    endpoint_attempt::EndpointAttempt,
    endpoints::{EndpointResult, Endpoints, TriedEndpoints},
    method_health::MethodHealth,
};
