//! The limits of callers.

use std::time::Duration;

use hyper_util::{rt::TokioTimer, server::conn::auto::Builder};

use super::connection::StreamExecutor;

/// The least buffer for the head of an HTTP/1 request that hyper accepts.
const MIN_BUFFER: usize = 8 * 1024;

/// The number of calls that a caller may always reset before they are processed: the default of h2.
const MIN_RESETS: u32 = 20;

/// The least number of stream windows in the window of a connection. Then four calls may fill their windows with empty
/// messages, each of which counts 251 bytes in h2, and 5 in the window.
const MIN_STREAMS: u32 = 404;

/// The default and the maximum window of a connection (RFC 9113, section 6.9).
const MIN_WINDOW: u32 = (1 << 16) - 1;
pub(crate) const MAX_WINDOW: u32 = (1 << 31) - 1;

/// The least keepalive interval. Without one, pings would follow each other at once.
const MIN_INTERVAL: Duration = Duration::from_millis(10);

/// The largest keepalive interval, 30 years: hyper adds it to the current time, and panics on overflow.
const MAX_INTERVAL: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// The number of calls of a connection that may end because they violate HTTP/2. In h2, frames of calls that already have
/// their response count, too.
const MAX_FAULTS: usize = 2048;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) max_connections: usize,
    pub(crate) max_concurrent_streams: u32,
    pub(crate) max_header_list_size: u32,
    pub(crate) stream_window: u32,
    pub(crate) keep_alive_interval: Duration,
    pub(crate) keep_alive_timeout: Duration,
    pub(crate) header_timeout: Duration,
    pub(crate) receive_timeout: Duration,
    pub(crate) send_timeout: Duration,
    pub(crate) stream_send_timeout: Duration,
    pub(crate) max_idle: Duration,
    pub(crate) max_age: Duration,
    pub(crate) max_age_grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_connections: 10_000,
            max_concurrent_streams: 200,
            max_header_list_size: 16 * 1024,
            stream_window: 256 * 1024,
            keep_alive_interval: Duration::from_secs(60),
            keep_alive_timeout: Duration::from_secs(20),
            header_timeout: Duration::from_secs(10),
            receive_timeout: Duration::from_secs(60),
            send_timeout: Duration::from_secs(60),
            stream_send_timeout: Duration::from_secs(5 * 60),
            max_idle: Duration::from_secs(15 * 60),
            max_age: Duration::from_secs(60 * 60),
            max_age_grace: Duration::MAX,
        }
    }
}

impl Limits {
    /// Builds the HTTP/1 and HTTP/2 implementation of a connection.
    pub(crate) fn protocol(&self) -> Builder<StreamExecutor> {
        let mut builder = Builder::new(StreamExecutor::new(self.stream_send_timeout));
        builder
            .http1()
            .timer(TokioTimer::new())
            // It would also end connections that are idle between two requests; see `ConnectionActivity::head_timeout`.
            .header_read_timeout(None)
            .max_buf_size((self.max_header_list_size as usize).max(MIN_BUFFER));
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(self.max_concurrent_streams)
            .initial_stream_window_size(self.stream_window)
            .initial_connection_window_size(self.connection_window())
            .max_pending_accept_reset_streams(self.max_resets())
            .max_local_error_reset_streams(MAX_FAULTS)
            .max_header_list_size(self.max_header_list_size)
            .keep_alive_interval(self.keep_alive_interval.clamp(MIN_INTERVAL, MAX_INTERVAL))
            .keep_alive_timeout(self.keep_alive_timeout);
        builder
    }

    /// Returns a window larger than those of all calls together, so that no call waits for another that is not read. h2
    /// allows half of it for the overhead of tiny messages, and ends the connection beyond.
    fn connection_window(&self) -> u32 {
        let streams = self.max_concurrent_streams.saturating_mul(4).max(MIN_STREAMS);
        self.stream_window.saturating_mul(streams).clamp(MIN_WINDOW, MAX_WINDOW)
    }

    /// Returns how many calls may be reset at once: all of a connection, since they may have the same deadline.
    fn max_resets(&self) -> usize {
        self.max_concurrent_streams.max(MIN_RESETS) as usize
    }

    /// Returns the maximum age of a connection, with 10 % jitter, so that connections that began together do not end
    /// together.
    pub(crate) fn age(&self) -> Duration {
        let age = self.max_age.as_secs_f64() * (0.9 + 0.2 * fastrand::f64());
        Duration::try_from_secs_f64(age).unwrap_or(Duration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{connection::ControlFrameBudget, listen::Listen, shutdown::ShutdownTimes},
        *,
    };

    #[test]
    fn ages_lie_around_the_limit() {
        let limits = Limits { max_age: Duration::from_secs(100), ..Limits::default() };
        let ages: Vec<_> = std::iter::repeat_with(|| limits.age()).take(100).collect();
        let around = Duration::from_secs(90)..Duration::from_secs(110);
        assert!(ages.iter().all(|age| around.contains(age)) && ages.iter().any(|age| *age != ages[0]), "{ages:?}");
        assert!(Limits { max_age: Duration::MAX, ..limits }.age() > Duration::from_secs(u64::MAX / 2));
    }

    /// The rows of the documented table: limit and default.
    fn documented() -> Vec<(&'static str, &'static str)> {
        let rows = include_str!("builder.rs").lines().filter_map(|line| line.strip_prefix("/// | "));
        let rows = rows.map(|row| row.split(" | ").collect::<Vec<_>>()).filter(|cells| !cells[0].starts_with("limit"));
        rows.map(|cells| (cells[0], cells[1])).collect()
    }

    #[cfg(feature = "gateway")]
    fn max_message_bytes() -> usize {
        crate::gateway::GatewaySettings::default().max_message_bytes
    }

    /// The table is the same without the gateway.
    #[cfg(not(feature = "gateway"))]
    fn max_message_bytes() -> usize {
        4 * 1024 * 1024
    }

    fn seconds(duration: Duration) -> String {
        format!("{} s", duration.as_secs())
    }

    fn minutes(duration: Duration) -> String {
        format!("{} min", duration.as_secs() / 60)
    }

    #[test]
    fn the_documented_limits_are_the_defaults() {
        let limits = Limits::default();
        let stop = ShutdownTimes::default();
        let message = crate::adapter::AdapterOptions::default().max_message_size;
        assert_eq!(limits.max_age_grace, Duration::MAX);
        let alive = format!("{} + {}", seconds(limits.keep_alive_interval), seconds(limits.keep_alive_timeout));
        let burdens = format!("{}, and 1 each {}", ControlFrameBudget::BURST, seconds(ControlFrameBudget::INTERVAL));
        let expected = [
            ("open connections; more are closed", limits.max_connections.to_string()),
            ("concurrent calls of a connection", limits.max_concurrent_streams.to_string()),
            ("concurrent calls that are reset before they are processed", limits.max_resets().to_string()),
            ("calls of a connection that violate HTTP/2", MAX_FAULTS.to_string()),
            ("headers of a request", format!("{} KiB", limits.max_header_list_size / 1024)),
            ("unread data of a call", format!("{} KiB", limits.stream_window / 1024)),
            ("a request message", format!("{} MiB", message / 1024 / 1024)),
            ("a JSON request message", format!("{} MiB", max_message_bytes() / 1024 / 1024)),
            ("the first request of a connection; the headers of HTTP/1", seconds(limits.header_timeout) + " each"),
            ("a pause in a request body of known length, or that is read whole", seconds(limits.receive_timeout)),
            ("a connection whose caller does not read", seconds(limits.send_timeout)),
            ("a call whose caller does not read the response", minutes(limits.stream_send_timeout)),
            ("keepalive: silence before a ping, and until its answer", alive),
            ("pings, settings and priorities without calls in between", burdens),
            ("a connection without calls", minutes(limits.max_idle)),
            ("a connection, until GOAWAY", format!("{} h, 10 % more or less", limits.max_age.as_secs() / 3600)),
            ("calls of a connection after GOAWAY", "unbounded".to_owned()),
            ("calls in progress when the server stops", seconds(stop.drain)),
            ("new calls when the server stops", seconds(stop.lame_duck)),
            ("permissions of a Unix socket", format!("{:04o}", Listen::at("").socket_mode)),
        ];
        let expected: Vec<_> = expected.iter().map(|(limit, default)| (*limit, &**default)).collect();
        assert_eq!(documented(), expected);
    }
}
