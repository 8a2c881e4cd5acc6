//! Wrappers of request and response bodies.

mod chunked;
mod drain;
mod read_timeout;
mod shutdown;

pub(super) use chunked::{ChunkedBody, SendProgress, progress, set_deadline, track_progress};
pub(super) use drain::drain_on_drop;
pub(super) use read_timeout::with_read_timeout;
pub(super) use shutdown::{ShutdownBody, respond_before_shutdown};
