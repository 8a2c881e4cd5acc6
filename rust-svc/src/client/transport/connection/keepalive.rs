//! Keepalive pings.

use std::{pin::pin, sync::Arc, time::Duration};

use h2::{Ping, PingPong};
use tokio::time;

use super::monitored_io::PeerActivity;

/// How long the server has to acknowledge a ping.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Pings the server in this interval while calls are active. Returns when it does not respond.
pub(super) async fn keepalive_watchdog(
    mut pings: PingPong,
    activity: PeerActivity,
    interval: Duration,
    calls: Arc<()>,
) {
    loop {
        time::sleep(interval).await;
        if Arc::strong_count(&calls) > 1 && !ping(&mut pings, &activity).await {
            return;
        }
    }
}

/// Returns whether the server acknowledges a ping, or keeps sending other data before the acknowledgement.
async fn ping(pings: &mut PingPong, activity: &PeerActivity) -> bool {
    let mut pong = pin!(pings.ping(Ping::opaque()));
    loop {
        let before = activity.reads();
        match time::timeout(TIMEOUT, pong.as_mut()).await {
            Ok(pong) => return pong.is_ok(),
            Err(_) if activity.reads() == before => return false,
            Err(_) => (),
        }
    }
}
