//! Rates, latencies and circuit breakers, from the text that `/metrics` serves.

use std::collections::BTreeMap;

use rust_svc::observe::names;

/// The upper bounds of latencies in seconds, each with the number of calls so far.
type Buckets = BTreeMap<u64, f64>;

/// The figures of a process at one time.
#[derive(Clone, Debug, Default)]
pub(super) struct Figures {
    calls: f64,
    /// By the bits of the bound, which order positive numbers.
    buckets: Buckets,
    /// The methods whose breaker is known, and its state: 0 closed, 1 half open, 2 open.
    pub(super) breakers: Vec<(String, u8)>,
}

/// The calls between two readings of the metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sample {
    /// The number of calls.
    pub(super) calls: f64,
    /// The median and the 99th percentile of their durations, in milliseconds.
    pub(super) median: f64,
    pub(super) slow: f64,
}

impl Figures {
    /// Reads the figures of a server, over gRPC or HTTP.
    pub(super) fn read(text: &str) -> Self {
        let mut figures = Self::default();
        let durations = [prometheus(names::SERVER_DURATION), prometheus(names::HTTP_DURATION)];
        let breaker = names::CLIENT_BREAKER_STATE.replace('.', "_");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((series, value)) = line.rsplit_once(' ') else { continue };
            let value: f64 = value.parse().unwrap_or(0.0);
            let (name, labels) = series.split_once('{').unwrap_or((series, ""));
            if durations.iter().any(|duration| name.strip_prefix(duration.as_str()) == Some("_count")) {
                figures.calls += value;
            } else if durations.iter().any(|duration| name.strip_prefix(duration.as_str()) == Some("_bucket")) {
                let bound = label(labels, "le").and_then(|bound| bound.parse().ok()).unwrap_or(f64::INFINITY);
                *figures.buckets.entry(bound.to_bits()).or_default() += value;
            } else if name == breaker {
                let method = label(labels, "rpc_method").unwrap_or_default().to_owned();
                figures.breakers.push((method, value as u8));
            }
        }
        figures
    }

    /// Returns what happened since earlier figures. A process that was restarted counts from zero.
    pub(super) fn since(&self, earlier: &Self) -> Sample {
        let earlier = if earlier.calls > self.calls { &Self::default() } else { earlier };
        let calls = self.calls - earlier.calls;
        let quantile = |share: f64| {
            let new = |(bound, count): (&u64, &f64)| (*bound, count - earlier.buckets.get(bound).unwrap_or(&0.0));
            let found = self.buckets.iter().map(new).find(|(_, count)| *count >= share * calls);
            found.map_or(0.0, |(bound, _)| f64::from_bits(bound)).min(60.0) * 1_000.0
        };
        if calls > 0.0 { Sample { calls, median: quantile(0.5), slow: quantile(0.99) } } else { Sample::default() }
    }
}

fn prometheus(name: &str) -> String {
    format!("{}_seconds", name.replace('.', "_"))
}

fn label<'t>(labels: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = labels.split_once(&format!("{name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::{Figures, Sample};

    #[test]
    fn the_difference_of_two_readings_is_a_sample() {
        let text = |count: u32, fast: u32| {
            format!(
                "# HELP x\nrpc_server_call_duration_seconds_bucket{{rpc_method=\"a\",le=\"0.01\"}} {fast}\n\
                 rpc_server_call_duration_seconds_bucket{{rpc_method=\"a\",le=\"+Inf\"}} {count}\n\
                 rpc_server_call_duration_seconds_count{{rpc_method=\"a\"}} {count}\n\
                 rpc_client_breaker_state{{rpc_method=\"a/B\",server_address=\"x\"}} 2\n"
            )
        };
        let (earlier, later) = (Figures::read(&text(100, 100)), Figures::read(&text(110, 106)));
        assert_eq!(later.since(&earlier), Sample { calls: 10.0, median: 10.0, slow: 60_000.0 });
        assert_eq!(later.breakers, [("a/B".to_owned(), 2)]);
        assert_eq!(Figures::read(&text(3, 3)).since(&later).calls, 3.0, "after a restart");
        assert_eq!(later.since(&later), Sample::default());
    }
}
