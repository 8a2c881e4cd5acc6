//! HTTP requests: the generated gateway beside axum and serde written by hand, and beside other gateways, interleaved, on the
//! same processors.
//!
//! `benches/gateways/build` builds the other gateways; those that are not built are skipped. The programs `gateway-timed` and
//! `gateway-counted` make the requests; here they are run, and their output becomes figures.

mod servers;

use std::path::PathBuf;

use bench::{error::Result, rest::requests::RequestKind};
use servers::{OURS, REMOTE_OURS, Servers};

use crate::{
    figure::{Figure, Goal, RunLength, Unit, median},
    process::{self, Serving},
    programs,
};

/// The most processor time of a request to a gateway in front of a remote service, in seconds.
const REMOTE: f64 = 25e-6;

/// Prints every figure.
pub(crate) fn all(length: RunLength) -> Result<()> {
    let timed = programs::built("bench", "gateway-timed")?;
    let counted = programs::built("bench", "gateway-counted")?;
    let backend = Serving::start(&timed, &["ours", "serve-grpc"])?;
    let servers = Servers::start(&timed, &backend)?;
    let bench = GatewayBench { length, timed, counted, servers };
    RequestKind::ALL.into_iter().try_for_each(|kind| bench.connected(kind).and_then(|()| bench.in_process(kind)))?;
    bench.parts()
}

struct GatewayBench {
    length: RunLength,
    timed: PathBuf,
    counted: PathBuf,
    servers: Servers,
}

/// The rate, the latency and the processor time of requests to a server.
#[derive(Clone, Copy)]
struct Turn {
    rate: f64,
    p50: f64,
    cpu: f64,
}

impl GatewayBench {
    /// Requests over loopback.
    fn connected(&self, kind: RequestKind) -> Result<()> {
        let turns = (0..self.length.turns).map(|_| self.turn(kind)).collect::<Result<Vec<_>>>()?;
        let of = |server: usize, value: fn(&Turn) -> f64| median(turns.iter().map(|turn| value(&turn[server])));
        let name = |figure: &str| format!("gateway/{}/{figure}", kind.name());
        for (peer, goal) in self.servers.in_process() {
            let suffix = if peer.name == "axum" { String::new() } else { format!("/{}", peer.name) };
            let pair = |value| (of(OURS, value), of(peer.index, value));
            compare(name("rate") + &suffix, Unit::Rate, pair(|turn| turn.rate), Goal::None);
            compare(name("p50") + &suffix, Unit::Seconds, pair(|turn| turn.p50), Goal::None);
            compare(name("cpu") + &suffix, Unit::Seconds, pair(|turn| turn.cpu), goal);
        }
        let goal = if kind.orders() == 1 { Goal::AtMost(REMOTE) } else { Goal::None };
        print(name("remote/cpu"), Unit::Seconds, of(REMOTE_OURS, |turn| turn.cpu), None, goal);
        for peer in self.servers.remote() {
            let pair = |value| (of(REMOTE_OURS, value), of(peer.index, value));
            let name = |figure: &str| format!("gateway/{}/remote/{figure}/{}", kind.name(), peer.name);
            compare(name("rate"), Unit::Rate, pair(|turn| turn.rate), Goal::None);
            compare(name("p50"), Unit::Seconds, pair(|turn| turn.p50), Goal::None);
            compare(name("cpu"), Unit::Seconds, pair(|turn| turn.cpu), Goal::Ratio(1.0));
        }
        Ok(())
    }

    /// A turn of each server.
    fn turn(&self, kind: RequestKind) -> Result<Vec<Turn>> {
        let millis = self.length.millis.to_string();
        let turn = |server: &Serving| {
            let before = server.cpu()?;
            let arguments = ["axum", "load", &server.port.to_string(), kind.name(), "--connections", "8"];
            let printed = process::call(&self.timed, &[&arguments[..], &["--millis", &millis]].concat())?;
            let requests = printed[0] * self.length.millis as f64 * 1e-3;
            Ok(Turn { rate: printed[0], p50: printed[1], cpu: (server.cpu()? - before) / requests })
        };
        self.servers.all().map(turn).collect()
    }

    /// Requests in one process.
    fn in_process(&self, kind: RequestKind) -> Result<()> {
        let requests = self.length.calls.to_string();
        let allocations = |application| process::count(&self.counted, &[application, "count", kind.name(), &requests]);
        let name = |figure: &str| format!("gateway/{}/{figure}", kind.name());
        compare(name("allocations"), Unit::Count, (allocations("ours")?, allocations("axum")?), Goal::None);
        if process::valgrind() {
            let pair = (self.instructions("ours", kind)?, self.instructions("axum", kind)?);
            compare(name("instructions"), Unit::Count, pair, Goal::Ratio(1.15));
        }
        Ok(())
    }

    /// Parts of the gateway by themselves. JSON is beside serde_json.
    fn parts(&self) -> Result<()> {
        for (name, part, goal) in [("routes/50", "routes50", 100e-9), ("routes/5000", "routes5000", 150e-9)] {
            print(format!("gateway/{name}"), Unit::Seconds, self.part("ours", part)?, None, Goal::AtMost(goal));
        }
        for (name, part, goal) in [("json/print", "print", 2.5e-6), ("json/read", "read", 6e-6)] {
            let (ours, serde) = (self.part("ours", part)?, self.part("axum", part)?);
            print(format!("gateway/{name}"), Unit::Seconds, ours, Some(serde), Goal::AtMost(goal));
        }
        Ok(())
    }

    fn part(&self, application: &str, part: &str) -> Result<f64> {
        let millis = self.length.millis.to_string();
        let turn = || process::count(&self.timed, &[application, "part", part, "--millis", &millis]);
        Ok(median((0..self.length.turns).map(|_| turn()).collect::<Result<Vec<_>>>()?))
    }

    fn instructions(&self, application: &str, kind: RequestKind) -> Result<f64> {
        let arguments = |requests: String| [application, "count", kind.name(), &requests].map(str::to_owned).to_vec();
        process::instructions(&self.timed, self.length.calls, arguments)
    }
}

fn compare(name: String, unit: Unit, (ours, peer): (f64, f64), goal: Goal) {
    print(name, unit, ours, Some(peer), goal);
}

fn print(name: String, unit: Unit, ours: f64, peer: Option<f64>, goal: Goal) {
    println!("{}", Figure { name, unit, ours, peer, goal });
}
