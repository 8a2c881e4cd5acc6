//! What bounds the callers of a server.

use std::time::Duration;

use hyper_util::{rt::TokioTimer, server::conn::auto::Builder};

use super::stalled::Streams;

/// hyper refuses a smaller buffer for the head of a request of HTTP/1.
const LEAST_BUFFER: usize = 8 * 1024;

/// How many calls at once a caller may always give up before they were looked at, as in h2 if nothing is said.
const LEAST_RESETS: u32 = 20;

/// For how many calls the window of a connection has room at the least: four may then send empty messages as long as
/// theirs allow. Each counts 251 bytes to h2, and 5 to the window.
const LEAST_STREAMS: u32 = 404;

/// What a connection may send at once if nothing is said, and the most that can be said (RFC 9113, section 6.9).
const LEAST_WINDOW: u32 = (1 << 16) - 1;
pub(super) const MOST_WINDOW: u32 = (1 << 31) - 1;

/// No interval at all would ask as fast as a caller answers.
const LEAST_INTERVAL: Duration = Duration::from_millis(10);

/// hyper adds the interval of keep-alive to the time, and panics where that has an end: 30 years are as good as for ever.
const MOST_INTERVAL: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// How many calls of a connection may end because they break the rules of HTTP/2; to h2, what still comes of calls that were
/// answered breaks them, too.
const MAX_FAULTS: usize = 2048;

#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) max_connections: usize,
    pub(super) max_concurrent_streams: u32,
    pub(super) max_header_list_size: u32,
    pub(super) stream_window: u32,
    pub(super) keep_alive_interval: Duration,
    pub(super) keep_alive_timeout: Duration,
    pub(super) header_timeout: Duration,
    pub(super) receive_timeout: Duration,
    pub(super) send_timeout: Duration,
    pub(super) stream_send_timeout: Duration,
    pub(super) max_idle: Duration,
    pub(super) max_age: Duration,
    pub(super) max_age_grace: Duration,
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
    /// What speaks HTTP/1 or HTTP/2 on a connection, as the caller does.
    pub(super) fn protocol(&self) -> Builder<Streams> {
        let mut builder = Builder::new(Streams::new(self.stream_send_timeout));
        builder
            .http1()
            .timer(TokioTimer::new())
            // It would end what is idle between two requests as well; see `Activity::late`.
            .header_read_timeout(None)
            .max_buf_size((self.max_header_list_size as usize).max(LEAST_BUFFER));
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(self.max_concurrent_streams)
            .initial_stream_window_size(self.stream_window)
            .initial_connection_window_size(self.connection_window())
            .max_pending_accept_reset_streams(self.max_resets())
            .max_local_error_reset_streams(MAX_FAULTS)
            .max_header_list_size(self.max_header_list_size)
            .keep_alive_interval(self.keep_alive_interval.clamp(LEAST_INTERVAL, MOST_INTERVAL))
            .keep_alive_timeout(self.keep_alive_timeout);
        builder
    }

    /// More than all calls may send together, so that none waits for what another does not read. h2 takes half of it for
    /// what messages of a few bytes cost besides these, up to fifty times as much, and ends the connection beyond.
    fn connection_window(&self) -> u32 {
        let streams = self.max_concurrent_streams.saturating_mul(4).max(LEAST_STREAMS);
        self.stream_window.saturating_mul(streams).clamp(LEAST_WINDOW, MOST_WINDOW)
    }

    /// All calls of a connection may have the same deadline, and so be given up at once.
    fn max_resets(&self) -> usize {
        self.max_concurrent_streams.max(LEAST_RESETS) as usize
    }

    /// How old a connection may grow: the limit and up to a tenth more or less, so that those that began together do
    /// not end together.
    pub(super) fn age(&self) -> Duration {
        let age = self.max_age.as_secs_f64() * (0.9 + 0.2 * fastrand::f64());
        Duration::try_from_secs_f64(age).unwrap_or(Duration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Listen, frames},
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

    /// The rows of the table that tells users the limits: what is bounded, and by how much.
    fn told() -> Vec<(&'static str, &'static str)> {
        let rows = include_str!("mod.rs").lines().filter_map(|line| line.strip_prefix("/// | "));
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
    fn the_table_tells_the_limits() {
        let limits = Limits::default();
        let stop = crate::server::Stop::default();
        let message = crate::adapter::Options::default().max_message_size;
        assert_eq!(limits.max_age_grace, Duration::MAX);
        let alive = format!("{} + {}", seconds(limits.keep_alive_interval), seconds(limits.keep_alive_timeout));
        let burdens = format!("{}, and 1 each {}", frames::BURST, seconds(frames::EVERY));
        let expected = [
            ("connections at once; more are closed", limits.max_connections.to_string()),
            ("calls at once on a connection", limits.max_concurrent_streams.to_string()),
            ("calls that are given up before they are looked at, at once", limits.max_resets().to_string()),
            ("calls of a connection that break the rules of HTTP/2", MAX_FAULTS.to_string()),
            ("all headers of a request", format!("{} KiB", limits.max_header_list_size / 1024)),
            ("what a call has sent and nobody has read", format!("{} KiB", limits.stream_window / 1024)),
            ("a request message", format!("{} MiB", message / 1024 / 1024)),
            ("a request message of HTTP and JSON", format!("{} MiB", max_message_bytes() / 1024 / 1024)),
            ("the first words of a connection, the headers of HTTP/1", seconds(limits.header_timeout) + " each"),
            (
                "a caller that sends nothing of a body whose length it told, or that is read whole",
                seconds(limits.receive_timeout),
            ),
            ("a caller that reads nothing of what it is sent", seconds(limits.send_timeout)),
            ("a call whose caller takes nothing of its answer", minutes(limits.stream_send_timeout)),
            ("a connection that answers no ping", alive),
            ("pings, settings and priorities of a caller that is sent nothing else", burdens),
            ("a connection without calls, of HTTP/1 between two requests, too", minutes(limits.max_idle)),
            (
                "a connection, until it is told to go away",
                format!("{} h, 10 % more or less", limits.max_age.as_secs() / 3600),
            ),
            ("the calls of a connection that was told so", "unbounded".to_owned()),
            ("calls under way when the server stops", seconds(stop.drain)),
            ("calls that still begin when the server stops", seconds(stop.lame_duck)),
            ("who may connect to a Unix socket", format!("{:04o}", Listen::at("").socket_mode)),
        ];
        let expected: Vec<_> = expected.iter().map(|(limit, default)| (*limit, &**default)).collect();
        assert_eq!(told(), expected);
    }
}
