//! Connects to the fastest of several addresses (RFC 8305).

use std::{collections::VecDeque, net::SocketAddr, time::Duration};

use futures::{StreamExt, stream::FuturesUnordered};
use tokio::time;

use super::super::address::EndpointAddress;
use crate::error::BoxError;

/// The delay before the next address is tried (RFC 8305, section 5), and the shortest one.
const DELAY: Duration = Duration::from_millis(250);
const MIN_DELAY: Duration = Duration::from_millis(10);

/// Connects to the first address that works. The next one is tried when an attempt fails, and after a delay while attempts
/// are pending, which is short enough for each address to have a share of `time`. Fails with the last error.
pub(crate) async fn race<A, T, C>(addresses: Vec<A>, time: Duration, connect: impl Fn(A) -> C) -> Result<T, BoxError>
where
    C: Future<Output = Result<T, BoxError>>,
{
    let count = u32::try_from(addresses.len()).unwrap_or(u32::MAX).max(1);
    let delay = (time / count).clamp(MIN_DELAY, DELAY);
    let (mut rest, mut attempts) = (addresses.into_iter(), FuturesUnordered::new());
    let mut error = BoxError::from("there are no addresses");
    loop {
        match rest.next() {
            Some(address) => attempts.push(connect(address)),
            None if attempts.is_empty() => return Err(error),
            None => (),
        }
        tokio::select! {
            Some(result) = attempts.next() => match result {
                Ok(connected) => return Ok(connected),
                Err(failure) => error = failure,
            },
            () = time::sleep(delay), if rest.len() > 0 => (),
            else => return Err(error),
        }
    }
}

/// Alternates the families of addresses, beginning with that of the first (RFC 8305, section 4).
pub(super) fn interleave(addresses: Vec<SocketAddr>) -> Vec<EndpointAddress> {
    let is_first = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (VecDeque<_>, VecDeque<_>) =
        addresses.into_iter().partition(|address| address.is_ipv6() == is_first);
    let (mut queues, mut sorted) = ([first, second], Vec::new());
    while let Some(address) = queues[0].pop_front().or_else(|| queues[1].pop_front()) {
        sorted.push(EndpointAddress::Socket(address));
        queues.swap(0, 1);
    }
    sorted
}

#[cfg(test)]
mod tests {
    use std::{future::pending, io};

    use tokio::time::Instant;

    use super::*;

    /// Connects to an address: its letter decides how.
    async fn connect(address: char) -> Result<char, BoxError> {
        match address {
            'd' => Err(io::Error::other("down").into()),
            'h' => pending().await,
            's' => {
                time::sleep(Duration::from_millis(400)).await;
                Ok('s')
            }
            up => Ok(up),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_address_that_works_wins() {
        for (addresses, seconds, winner, millis) in [
            ("u", 5, Some('u'), 0),
            ("du", 5, Some('u'), 0),
            ("hu", 5, Some('u'), 250),
            ("hdu", 5, Some('u'), 250),
            ("hhhu", 5, Some('u'), 750),
            ("su", 5, Some('u'), 250),
            ("sh", 5, Some('s'), 400),
            ("hhhhhhhhhu", 1, Some('u'), 900),
            ("ddd", 5, None, 0),
            ("", 5, None, 0),
        ] {
            let start = Instant::now();
            let result = race(addresses.chars().collect(), Duration::from_secs(seconds), connect).await;
            assert_eq!(result.ok(), winner, "{addresses}");
            assert_eq!(start.elapsed().as_millis(), millis, "{addresses}");
        }
    }

    #[test]
    fn families_alternate() {
        let parse = |texts: &[&str]| texts.iter().map(|text| text.parse().expect("an address")).collect();
        let sorted = interleave(parse(&["[::1]:1", "[::2]:1", "[::3]:1", "10.0.0.1:1", "10.0.0.2:1"]));
        let texts: Vec<_> = sorted.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["[::1]:1", "10.0.0.1:1", "[::2]:1", "10.0.0.2:1", "[::3]:1"]);
    }
}
