//! One call through its policies.
//!
//! | module | holds |
//! |---|---|
//! | `begin` | interceptors, before the first attempt |
//! | `policy_call` | a call that its interceptors have passed, and its circuit breaker |
//! | `attempts` | its attempts, one after the other, within its bulkhead |
//! | `hedged_call` | attempts that run at the same time |
//! | `single_attempt` | one attempt, counted by breaker and endpoint |
//! | `stream_call` | a call that streams its responses |
//! | `responses`, `response_receiver` | its stream |
//! | `stream_task` | the task that keeps the timeouts of a stream |
//! | `fallback` | answers in place of a failed server |

mod attempts;
mod begin;
mod fallback;
mod hedged_call;
mod policy_call;
mod response_receiver;
mod responses;
mod single_attempt;
mod stream_call;
mod stream_task;

pub use fallback::Fallback;
pub(super) use {
    begin::begin,
    fallback::Fallbacks,
    policy_call::{CallProgress, CallResponse, PolicyCall},
    responses::CallResponses,
    stream_call::StreamCall,
    stream_task::with_timeouts,
};
