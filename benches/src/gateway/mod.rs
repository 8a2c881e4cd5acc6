//! HTTP requests: the generated gateway beside axum and serde written by hand, interleaved, on the same processors.
//!
//! The programs `gateway-timed` and `gateway-counted` make the requests; here they are run, and their output becomes figures.

use std::path::PathBuf;

use bench::{error::Result, rest::requests::RequestKind};

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
    let serve = |application| Serving::start(&timed, &[application, "serve"]);
    let servers = [serve("ours")?, serve("axum")?, serve("remote")?];
    let bench = GatewayBench { length, timed, counted, servers };
    RequestKind::ALL.into_iter().try_for_each(|kind| bench.connected(kind).and_then(|()| bench.in_process(kind)))?;
    bench.parts()
}

struct GatewayBench {
    length: RunLength,
    timed: PathBuf,
    counted: PathBuf,
    /// Ours, axum and ours in front of a remote service.
    servers: [Serving; 3],
}

impl GatewayBench {
    /// Requests over loopback.
    fn connected(&self, kind: RequestKind) -> Result<()> {
        let turns = (0..self.length.turns).map(|_| self.turn(kind)).collect::<Result<Vec<_>>>()?;
        let of = |server: usize, number: usize| median(turns.iter().map(|turn| turn[server][number]));
        let name = |figure: &str| format!("gateway/{}/{figure}", kind.name());
        compare(name("rate"), Unit::Rate, of(0, 0), of(1, 0), Goal::None);
        compare(name("p50"), Unit::Seconds, of(0, 1), of(1, 1), Goal::None);
        compare(name("cpu"), Unit::Seconds, of(0, 2), of(1, 2), Goal::Ratio(1.15));
        let goal = if kind.orders() == 1 { Goal::AtMost(REMOTE) } else { Goal::None };
        print(name("remote/cpu"), Unit::Seconds, of(2, 2), None, goal);
        Ok(())
    }

    /// Rate, latency and processor time of a request, for each server.
    fn turn(&self, kind: RequestKind) -> Result<[[f64; 3]; 3]> {
        let millis = self.length.millis.to_string();
        let mut numbers = [[0.0; 3]; 3];
        for (server, numbers) in self.servers.iter().zip(&mut numbers) {
            let before = server.cpu()?;
            let arguments = ["axum", "load", &server.port.to_string(), kind.name(), "--connections", "8"];
            let printed = process::call(&self.timed, &[&arguments[..], &["--millis", &millis]].concat())?;
            let requests = printed[0] * self.length.millis as f64 * 1e-3;
            *numbers = [printed[0], printed[1], (server.cpu()? - before) / requests];
        }
        Ok(numbers)
    }

    /// Requests in one process.
    fn in_process(&self, kind: RequestKind) -> Result<()> {
        let requests = self.length.calls.to_string();
        let allocations = |application| process::count(&self.counted, &[application, "count", kind.name(), &requests]);
        let name = |figure: &str| format!("gateway/{}/{figure}", kind.name());
        compare(name("allocations"), Unit::Count, allocations("ours")?, allocations("axum")?, Goal::None);
        if process::valgrind() {
            let (ours, axum) = (self.instructions("ours", kind)?, self.instructions("axum", kind)?);
            compare(name("instructions"), Unit::Count, ours, axum, Goal::Ratio(1.15));
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

fn compare(name: String, unit: Unit, ours: f64, axum: f64, goal: Goal) {
    print(name, unit, ours, Some(axum), goal);
}

fn print(name: String, unit: Unit, ours: f64, peer: Option<f64>, goal: Goal) {
    println!("{}", Figure { name, unit, ours, peer, goal });
}
