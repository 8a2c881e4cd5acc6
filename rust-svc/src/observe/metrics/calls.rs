//! Numbers of the calls of one side.

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
    by_target::ByTarget,
    labels::{Ended, Named},
    per_thread::PerThread,
    plain,
    tally::{Durations, Histogram, Tally, bounds},
};
use crate::{
    Code,
    intercept::{Call, Outcome, Side},
    observe::names,
};

/// The calls of one side.
pub(super) struct Calls {
    names: Names,
    methods: ByTarget<PerThread<Numbers>>,
}

/// What the numbers of a side are called.
pub(super) struct Names {
    side: Side,
    duration: &'static str,
    active: &'static str,
    sent: &'static str,
    received: &'static str,
}

/// The numbers of a server and of a client.
pub(super) const SERVER: Names = Names {
    side: Side::Server,
    duration: names::SERVER_DURATION,
    active: names::SERVER_ACTIVE,
    sent: names::SERVER_SENT,
    received: names::SERVER_RECEIVED,
};
pub(super) const CLIENT: Names = Names {
    side: Side::Client,
    duration: names::CLIENT_DURATION,
    active: names::CLIENT_ACTIVE,
    sent: names::CLIENT_SENT,
    received: names::CLIENT_RECEIVED,
};

/// The attempts of clients.
#[derive(Default)]
pub(super) struct Attempts(ByTarget<PerThread<Tried>>);

/// What a thread has counted of one method. A call that ends on another thread than it began on leaves a negative number
/// of calls under way there; the sum over all threads is right.
#[derive(Default)]
struct Numbers {
    active: Tally,
    sent: Tally,
    received: Tally,
    durations: ByCode,
}

/// What a thread has counted of the attempts of one method.
#[derive(Default)]
struct Tried {
    retries: Tally,
    durations: ByCode,
}

/// Durations by the number of the code.
#[derive(Default)]
struct ByCode([OnceLock<Box<Durations>>; CODES]);

/// How many codes there are, with the one of calls that did not fail.
const CODES: usize = 17;

impl Calls {
    pub(super) fn register(registry: &mut Registry, names: Names) -> Arc<Self> {
        let calls = Arc::new(Self { names, methods: ByTarget::default() });
        registry.register_collector(Box::new(calls.clone()));
        calls
    }

    pub(super) fn began(&self, call: &Call) {
        self.own(call, |numbers| numbers.active.add(1));
    }

    pub(super) fn ended(&self, call: &Call, outcome: &Outcome) {
        self.own(call, |Numbers { active, sent, received, durations }| {
            active.add(u64::MAX);
            sent.add(outcome.sent);
            received.add(outcome.received);
            durations.observe(outcome);
        });
    }

    /// Counts what this thread does.
    fn own(&self, call: &Call, count: impl FnOnce(&Numbers)) {
        own(&self.methods, call, count);
    }

    fn counter(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        name: &str,
        what: &str,
        of: fn(&Numbers) -> &Tally,
    ) -> fmt::Result {
        let help = format!("How many messages {} {what}, by the calls that have ended.", side(self.names.side));
        counter(encoder, name, &help, sums(&self.methods, of))
    }
}

impl Collector for Calls {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Names { side: of, duration, active, sent, received } = self.names;
        let durations = self.methods.iter().map(|(named, threads)| (named, threads.iter().map(|own| &own.durations)));
        histograms(&mut encoder, duration, &format!("How long a call took for {}.", side(of)), of, durations)?;
        let (name, help) = (plain(active), format!("How many calls are under way for {}.", side(of)));
        let mut gauge = encoder.encode_descriptor(&name, &help, None, MetricType::Gauge)?;
        for (named, sum) in sums(&self.methods, |numbers| &numbers.active) {
            gauge.encode_family(&named)?.encode_gauge(&sum.cast_signed())?;
        }
        self.counter(&mut encoder, sent, "has sent", |numbers| &numbers.sent)?;
        self.counter(&mut encoder, received, "has received", |numbers| &numbers.received)
    }
}

impl Attempts {
    pub(super) fn register(registry: &mut Registry) -> Arc<Self> {
        let attempts = Arc::new(Self::default());
        registry.register_collector(Box::new(attempts.clone()));
        attempts
    }

    pub(super) fn ended(&self, call: &Call, outcome: &Outcome) {
        own(&self.0, call, |Tried { retries, durations }| {
            retries.add(u64::from(outcome.previous_attempts > 0));
            durations.observe(outcome);
        });
    }
}

impl Collector for Attempts {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let durations = self.0.iter().map(|(named, threads)| (named, threads.iter().map(|own| &own.durations)));
        let help = "How long one attempt of a call took for a client.";
        histograms(&mut encoder, names::CLIENT_ATTEMPT_DURATION, help, Side::Client, durations)?;
        let help = "How often a client tried a call again.";
        counter(&mut encoder, names::CLIENT_RETRIES, help, sums(&self.0, |own| &own.retries))
    }
}

impl ByCode {
    /// Notes how long a call or an attempt took.
    fn observe(&self, outcome: &Outcome) {
        let number = outcome.code.map_or(0, Code::number);
        if let Some(durations) = usize::try_from(number).ok().and_then(|number| self.0.get(number)) {
            durations.get_or_init(Box::default).observe(outcome.elapsed.as_secs_f64());
        }
    }

    /// What all threads have counted together.
    fn sums<'a>(threads: impl Iterator<Item = &'a Self>) -> [Histogram; CODES] {
        let mut sums = [Histogram::default(); CODES];
        for Self(codes) in threads {
            let counted = sums.iter_mut().zip(codes).filter_map(|(sum, own)| Some((sum, own.get()?)));
            counted.for_each(|(sum, own)| sum.add(own));
        }
        sums
    }
}

/// Counts what this thread does for a call.
fn own<T: Default>(methods: &ByTarget<PerThread<T>>, call: &Call, count: impl FnOnce(&T)) {
    methods.get(call.shared_target(), call.method().full_name(), PerThread::new).own(count);
}

/// What all threads have counted together, by method.
fn sums<T: Default>(methods: &ByTarget<PerThread<T>>, number: fn(&T) -> &Tally) -> impl Iterator<Item = (Named, u64)> {
    methods.iter().map(move |(named, threads)| {
        let numbers = threads.iter().map(|own| number(own).get());
        (named, numbers.fold(0, u64::wrapping_add))
    })
}

/// Prints how often something was, by method.
fn counter(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    sums: impl Iterator<Item = (Named, u64)>,
) -> fmt::Result {
    let name = plain(name);
    let mut encoder = encoder.encode_descriptor(&name, help, None, MetricType::Counter)?;
    for (named, sum) in sums {
        encoder.encode_family(&named)?.encode_counter::<NoLabelSet, _, u64>(&sum, None)?;
    }
    Ok(())
}

/// Prints how long calls or attempts took, by method and code.
fn histograms<'a, Threads: Iterator<Item = &'a ByCode>>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    side: Side,
    methods: impl Iterator<Item = (Named, Threads)>,
) -> fmt::Result {
    let name = plain(name);
    let mut encoder = encoder.encode_descriptor(&name, help, Some(&Unit::Seconds), MetricType::Histogram)?;
    for (named, threads) in methods {
        for (code, Histogram { sum, buckets }) in (0..).zip(ByCode::sums(threads)) {
            let count = buckets.iter().sum();
            if count == 0 {
                continue;
            }
            let ended = Ended { named: &named, side, code: Code::from_number(code) };
            let buckets: Vec<_> = bounds().zip(buckets).collect();
            encoder.encode_family(&ended)?.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)?;
        }
    }
    Ok(())
}

/// What a side is called.
fn side(side: Side) -> &'static str {
    match side {
        Side::Server => "a server",
        Side::Client => "a client",
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Calls({:?})", self.names.side)
    }
}

impl fmt::Debug for Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attempts(..)")
    }
}
