//! A client that connectconformance starts, and that makes the calls it requests.

use std::io;

use futures::{TryStreamExt, stream};
use interop::conformance::{Caller, stdio};

/// The maximum number of concurrent calls.
const AT_ONCE: usize = 8;

#[tokio::main]
async fn main() -> io::Result<()> {
    let requests = stream::try_unfold((), async |()| Ok(stdio::read().await?.map(|request| (request, ()))));
    let responses = requests.map_ok(|request| async { Ok(Caller.call(request).await) }).try_buffer_unordered(AT_ONCE);
    responses.try_for_each(stdio::write).await
}
