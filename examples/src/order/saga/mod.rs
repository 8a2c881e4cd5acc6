//! The saga of an order: reserve its stock, find a courier, follow the delivery; or undo what was done.
//!
//! # Steps
//!
//! A step makes one call of another service and records its result. The status of an order tells the next step, so that
//! the order continues with its next step, even if the process that made the last one has ended:
//!
//! | status | call | result |
//! |---|---|---|
//! | PLACED | inventory: reserve | RESERVED; FAILED if the stock is short |
//! | RESERVED | dispatch: assign | DISPATCHING; UNDOING if it is refused |
//! | DISPATCHING, ASSIGNED, IN_TRANSIT | dispatch: get the assignment | the status of the assignment |
//! | UNDOING | dispatch: cancel | CANCELLED or FAILED; IN_TRANSIT if a courier has picked the order up |
//!
//! Reservation and assignment have the identifier of the order. So each call can be repeated, and a call whose response was
//! lost is simply made again. If a call fails without a verdict, such as with UNAVAILABLE, the order waits and tries again:
//! only a verdict moves it.
//!
//! # Undoing
//!
//! The customer may ask for it, and so does a refusal. It begins with dispatch's word: only dispatch knows whether a courier
//! has the order. If dispatch confirms that none has and none will, the order ends, and its stock is returned. If a courier
//! has picked it up, that word is final: the order is IN_TRANSIT. What was cancelled stays cancelled at dispatch and at the
//! inventory, also for a call that is delayed and arrives later.
//!
//! # Obligations
//!
//! Returning and shipping stock must succeed. The transition that makes one necessary records it as an [obligation] in the
//! same transaction. It is repeated until it succeeds, and never dropped: if the inventory refuses it, it is kept, counted
//! and shown to the operators.
//!
//! # Leases
//!
//! Several processes may share a store. A process leases an order for the time of its steps. If the process ends, so does
//! the lease, and another process continues. If it was only slow, its transition is refused, because the lease has a newer
//! number; its call did no harm, because calls can be repeated.
//!
//! Every order that has not ended is due at some time: at once after a change of its assignment, of which dispatch
//! notifies, and otherwise after [`FOLLOW_EVERY`].
//!
//! [obligation]: super::store::Obligation

mod calls;
mod follow;
mod obligations;
mod runner;
mod step;
mod trace;
mod watch;

use std::time::Duration;

/// The time after which a waiting order is looked at without a notification.
pub const FOLLOW_EVERY: Duration = Duration::from_secs(60);

/// The timeout of one call of another service.
const CALL_TIMEOUT: Duration = Duration::from_secs(2);

/// Returns the time to wait before a call is repeated.
fn backoff(failures: i64) -> Duration {
    const FIRST: Duration = Duration::from_millis(200);
    const LONGEST: Duration = Duration::from_secs(10);
    let doublings = u32::try_from(failures.clamp(0, 10)).unwrap_or(0);
    LONGEST.min(FIRST * 2_u32.pow(doublings))
}
