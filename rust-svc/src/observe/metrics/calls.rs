//! Metrics of calls and attempts.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, NoLabelSet},
    metrics::MetricType,
    registry::{Registry, Unit},
};

use super::{
    labels::{MethodLabels, OutcomeLabels, sanitize},
    per_thread::PerThread,
    target_map::TargetMap,
    thread_counters::{HistogramSum, ThreadCounter, ThreadHistogram, bounds},
};
use crate::{
    Code,
    intercept::{Call, Outcome, Side},
    observe::names,
};

/// The metrics of the calls of one side.
pub(super) struct CallMetrics {
    names: MetricNames,
    methods: TargetMap<PerThread<CallCounters>>,
}

/// The names of the metrics of one side.
pub(super) struct MetricNames {
    side: Side,
    duration: &'static str,
    active: &'static str,
    sent: &'static str,
    received: &'static str,
}

/// The names of the metrics of servers.
pub(super) const SERVER: MetricNames = MetricNames {
    side: Side::Server,
    duration: names::SERVER_DURATION,
    active: names::SERVER_ACTIVE,
    sent: names::SERVER_SENT,
    received: names::SERVER_RECEIVED,
};

/// The names of the metrics of clients.
pub(super) const CLIENT: MetricNames = MetricNames {
    side: Side::Client,
    duration: names::CLIENT_DURATION,
    active: names::CLIENT_ACTIVE,
    sent: names::CLIENT_SENT,
    received: names::CLIENT_RECEIVED,
};

/// The metrics of the attempts of clients.
#[derive(Default)]
pub(super) struct AttemptMetrics(TargetMap<PerThread<AttemptCounters>>);

/// The counters of one thread for the calls of a method. A call that ends on another thread than it began on leaves a
/// negative number there; the sum over all threads is right.
#[derive(Default)]
struct CallCounters {
    active: ThreadCounter,
    sent: ThreadCounter,
    received: ThreadCounter,
    durations: HistogramsByCode,
}

/// The counters of one thread for the attempts of a method.
#[derive(Default)]
struct AttemptCounters {
    retries: ThreadCounter,
    durations: HistogramsByCode,
}

/// Histograms by the number of the code.
#[derive(Default)]
struct HistogramsByCode([OnceLock<Box<ThreadHistogram>>; CODES]);

/// The number of codes, including OK.
const CODES: usize = 17;

impl CallMetrics {
    pub(super) fn register(registry: &mut Registry, names: MetricNames) -> Arc<Self> {
        let calls = Arc::new(Self { names, methods: TargetMap::default() });
        registry.register_collector(Box::new(calls.clone()));
        calls
    }

    pub(super) fn began(&self, call: &Call) {
        self.own(call, |numbers| numbers.active.add(1));
    }

    pub(super) fn ended(&self, call: &Call, outcome: &Outcome) {
        self.own(call, |CallCounters { active, sent, received, durations }| {
            active.add(u64::MAX);
            sent.add(outcome.sent);
            received.add(outcome.received);
            durations.observe(outcome);
        });
    }

    /// Changes the counters of this thread.
    fn own(&self, call: &Call, count: impl FnOnce(&CallCounters)) {
        own(&self.methods, call, count);
    }

    fn counter(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        name: &str,
        what: &str,
        of: fn(&CallCounters) -> &ThreadCounter,
    ) -> fmt::Result {
        let help =
            format!("The number of messages that {} {what}, counted at the end of the call.", side(self.names.side));
        counter(encoder, name, &help, sums(&self.methods, of))
    }
}

impl Collector for CallMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let MetricNames { side: of, duration, active, sent, received } = self.names;
        let durations = self.methods.iter().map(|(named, threads)| (named, threads.iter().map(|own| &own.durations)));
        histograms(&mut encoder, duration, &format!("The duration of calls of {}.", side(of)), of, durations)?;
        let (name, help) = (sanitize(active), format!("The number of calls in progress of {}.", side(of)));
        let mut gauge = encoder.encode_descriptor(&name, &help, None, MetricType::Gauge)?;
        for (named, sum) in sums(&self.methods, |numbers| &numbers.active) {
            gauge.encode_family(&named)?.encode_gauge(&sum.cast_signed())?;
        }
        self.counter(&mut encoder, sent, "sent", |numbers| &numbers.sent)?;
        self.counter(&mut encoder, received, "received", |numbers| &numbers.received)
    }
}

impl AttemptMetrics {
    pub(super) fn register(registry: &mut Registry) -> Arc<Self> {
        let attempts = Arc::new(Self::default());
        registry.register_collector(Box::new(attempts.clone()));
        attempts
    }

    pub(super) fn ended(&self, call: &Call, outcome: &Outcome) {
        own(&self.0, call, |AttemptCounters { retries, durations }| {
            retries.add(u64::from(outcome.previous_attempts > 0));
            durations.observe(outcome);
        });
    }
}

impl Collector for AttemptMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let durations = self.0.iter().map(|(named, threads)| (named, threads.iter().map(|own| &own.durations)));
        let help = "The duration of attempts of a client.";
        histograms(&mut encoder, names::CLIENT_ATTEMPT_DURATION, help, Side::Client, durations)?;
        let help = "The number of retries of a client.";
        counter(&mut encoder, names::CLIENT_RETRIES, help, sums(&self.0, |own| &own.retries))
    }
}

impl HistogramsByCode {
    /// Counts the duration of a call or an attempt.
    fn observe(&self, outcome: &Outcome) {
        let number = outcome.code.map_or(0, Code::number);
        if let Some(durations) = usize::try_from(number).ok().and_then(|number| self.0.get(number)) {
            durations.get_or_init(Box::default).observe(outcome.elapsed.as_secs_f64());
        }
    }

    /// Returns the sums over all threads.
    fn sums<'a>(threads: impl Iterator<Item = &'a Self>) -> [HistogramSum; CODES] {
        let mut sums = [HistogramSum::default(); CODES];
        for Self(codes) in threads {
            let counted = sums.iter_mut().zip(codes).filter_map(|(sum, own)| Some((sum, own.get()?)));
            counted.for_each(|(sum, own)| sum.add(own));
        }
        sums
    }
}

/// Changes the counters of this thread for a call.
fn own<T: Default>(methods: &TargetMap<PerThread<T>>, call: &Call, count: impl FnOnce(&T)) {
    methods.get(call.shared_target(), call.method().full_name(), PerThread::new).own(count);
}

/// Returns the sums of a counter over all threads, by method.
fn sums<T: Default>(
    methods: &TargetMap<PerThread<T>>,
    number: fn(&T) -> &ThreadCounter,
) -> impl Iterator<Item = (MethodLabels, u64)> {
    methods.iter().map(move |(named, threads)| {
        let numbers = threads.iter().map(|own| number(own).get());
        (named, numbers.fold(0, u64::wrapping_add))
    })
}

/// Prints a counter, by method.
fn counter(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    sums: impl Iterator<Item = (MethodLabels, u64)>,
) -> fmt::Result {
    let name = sanitize(name);
    let mut encoder = encoder.encode_descriptor(&name, help, None, MetricType::Counter)?;
    for (named, sum) in sums {
        encoder.encode_family(&named)?.encode_counter::<NoLabelSet, _, u64>(&sum, None)?;
    }
    Ok(())
}

/// Prints the histograms of durations, by method and code.
fn histograms<'a, Threads: Iterator<Item = &'a HistogramsByCode>>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    side: Side,
    methods: impl Iterator<Item = (MethodLabels, Threads)>,
) -> fmt::Result {
    let name = sanitize(name);
    let mut encoder = encoder.encode_descriptor(&name, help, Some(&Unit::Seconds), MetricType::Histogram)?;
    for (named, threads) in methods {
        for (code, HistogramSum { sum, buckets }) in (0..).zip(HistogramsByCode::sums(threads)) {
            let count = buckets.iter().sum();
            if count == 0 {
                continue;
            }
            let ended = OutcomeLabels { method: &named, side, code: Code::from_number(code) };
            let buckets: Vec<_> = bounds().zip(buckets).collect();
            encoder.encode_family(&ended)?.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)?;
        }
    }
    Ok(())
}

/// Returns the noun for a side.
fn side(side: Side) -> &'static str {
    match side {
        Side::Server => "a server",
        Side::Client => "a client",
    }
}

impl fmt::Debug for CallMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallMetrics({:?})", self.names.side)
    }
}

impl fmt::Debug for AttemptMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AttemptMetrics(..)")
    }
}
