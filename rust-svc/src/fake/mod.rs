//! Test fakes: a service trait that responds as a test scripts it, and records its requests.
//!
//! Generated code makes a fake of each service: a struct with a field for each method, which implements the service's
//! trait. A test scripts and inspects the fields. Fakes are cheap to clone, and clones share one state.
//!
//! ```
//! # use rust_svc::{Context, Error, Method, fake::{Session, Unary}};
//! # use std::time::Duration;
//! # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
//! let session = Session::new();
//! let check_stock: Unary<String, u32> = session.fake(Method::unary("/inventory.v1.InventoryService/CheckStock"));
//!
//! check_stock.when(|product| product == "slow").delay(Duration::from_secs(3)).always(1);
//! check_stock.fails(Error::unavailable("restarting"));
//! check_stock.always(7);
//!
//! assert!(check_stock.unary(Context::new(), "anvil".into()).await.is_err());
//! assert_eq!(check_stock.unary(Context::new(), "anvil".into()).await.unwrap(), 7);
//! check_stock.called(2);
//! # }
//! ```
//!
//! The first script that matches a call and has calls left responds to it. Scripts are tried in the order in which they
//! were written; those that begin with `by_default()` come last.
//!
//! | script | responds to | kinds |
//! |---|---|---|
//! | `returns(value)` | one call, or `times(n)` calls | all but bidi streaming; a list for streamed responses |
//! | `returns_default()` | one call, or `times(n)` calls | unary and client streaming |
//! | `fails(error)` | one call, or `times(n)` calls | all |
//! | `fails_times(n, error)` | n calls | all |
//! | `always(value)` | any number | all but bidi streaming; a list for streamed responses |
//! | `always_fails(error)`, `hangs()` | any number | all |
//! | `returns_with(handler)` | any number, or `times(n)` | all but bidi streaming |
//! | `handles(handler)`, with the stream of requests | any number, or `times(n)` | client and bidi streaming |
//! | `send(..).wait(..).hold(..)`, then `end()`, `fail(..)` or `stall()` | one call, or `times(n)` calls | streamed responses |
//! | `after_messages(n)`, `first(..)`, `each(..)`, `at_least(n)` | expectations of the messages | client streaming |
//! | `expect(within, ..)`, `reply(within, ..)`, `reply_each(..)`, `expect_end(within)` | expectations and replies between messages | bidi streaming |
//! | `take().await`, `manual_calls()` | the test controls the call itself | all |
//!
//! A call without a script fails with `UNIMPLEMENTED`. In a [strict session](Session::new) it also fails the test, as do
//! scripts that are not used up or did not reach their end, and panics. Deadlines and cancellation apply as they do in a
//! real service. All waiting uses tokio's time: a test that pauses the clock does not wait.

mod call;
mod erased;
mod kinds;
mod lock;
mod method;
mod script;
mod session;
mod sweep;
mod text;

#[cfg(test)]
mod tests;

pub use call::{BeginResponse, CallOutcome, CallRecord, FakeCall, ManualCall, ReplySender, ResponseSender};
pub use kinds::{
    BidiStreaming, BidiStreamingScript, CallShape, ClientStreaming, ClientStreamingScript, RequestMessage,
    ResponseMessage, ServerStreaming, ServerStreamingScript, SingleRequest, StreamedRequests, Unary,
};
pub use method::{MethodFake, ScriptUse};
pub use script::{Fault, Gate, ManualCalls, Script, ServiceFunction, Times};
#[cfg(all(feature = "client", feature = "server"))]
pub(crate) use script::{FaultKind, FaultPoint};
pub use session::{CallPattern, Session};
pub use sweep::{Sweep, SweepFault};
