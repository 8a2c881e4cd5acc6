//! A service trait that answers as a test scripts it, and records what it was asked.
//!
//! Generated code makes a fake of each service: a struct with a field for each method, which implements the service's
//! trait. The field is what a test scripts and asks; fakes are cheap to clone, and clones are one fake.
//!
//! ```
//! # use rust_svc::{Context, Error, Method, fake::{Session, Unary}};
//! # use std::time::Duration;
//! # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
//! let session = Session::strict();
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
//! The first script that matches a call and is not used up answers it, in the order in which they were written.
//!
//! | script | answers | kinds |
//! |---|---|---|
//! | `returns(value)`, `fails(error)` | one call, or as many as `times(n)` says | all |
//! | `fails_times(n, error)` | n calls | all |
//! | `always(value)`, `always_fails(error)`, `hangs()` | any number | all |
//! | `returns_with(handler)`, `handles(handler)` | any number, unless `times(n)` says | all |
//! | `send(..).wait(..).hold(..)` and `end()`, `fail(..)` or `stall()` | one call, or as many as `times(n)` says | streamed answers |
//! | `after_messages(n)`, `first(..)`, `each(..)`, `at_least(n)` | what is expected of the messages | client streaming |
//! | `expect(within, ..)`, `expect_end(within)` | what is expected between messages | bidi streaming |
//! | `take().await` | the test plays the call itself | all |
//!
//! What nothing is scripted for is answered with `UNIMPLEMENTED`; in a [strict session](Session::strict) it also fails
//! the test, as do scripts that are not used up. A call's deadline and cancellation count as they do in a real service.
//! All waiting is in tokio's time: a test that pauses the clock waits for nothing.

mod bidi_streaming;
mod call;
mod client_streaming;
mod condition;
mod flight;
mod gate;
mod method;
mod played;
mod record;
mod rule;
mod script;
mod server_streaming;
mod session;
mod shape;
mod steps;
mod text;
mod times;
mod unary;

#[cfg(test)]
mod tests;

pub use bidi_streaming::{BidiStreaming, Dialogue};
pub use call::Call;
pub use client_streaming::{ClientStreaming, Reading};
pub use gate::Gate;
pub use method::MethodFake;
pub use played::{Played, Reply};
pub use record::{Outcome, Record};
pub use script::Script;
pub use server_streaming::{Messages, ServerStreaming};
pub use session::Session;
pub use shape::{OneRequest, Request, Response, Shape};
pub use times::Times;
pub use unary::Unary;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A test that panicked elsewhere must not hide what this one has to say.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
