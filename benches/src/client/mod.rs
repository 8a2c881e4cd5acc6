//! The cost of call policies: ours with all of them beside tonic and the crate `grpc` without any, and each by itself.

use std::{path::PathBuf, thread};

use bench::{error::Result, stacks::name::StackName};

use crate::{
    figure::{Figure, Goal, RunLength, Unit, median},
    process::{self, Serving, programs},
};

/// Prints every figure.
pub(crate) fn all(length: RunLength) -> Result<()> {
    let (timed, counted) = (programs::built("bench", "wire-timed")?, programs::built("bench", "wire-counted")?);
    let bench = ClientBench { length, timed, counted };
    bench.in_process()?;
    bench.remote("serial", "1")?;
    bench.remote("64", "64")?;
    bench.policies()?;
    bench.parts()?;
    bench.threads()
}

struct ClientBench {
    length: RunLength,
    timed: PathBuf,
    counted: PathBuf,
}

impl ClientBench {
    /// Whole calls in one process.
    fn in_process(&self) -> Result<()> {
        let millis = self.length.millis.to_string();
        let ours = || self.numbers(&["ours", "policies", "all", "--millis", &millis]).map(|numbers| numbers[1]);
        let tonic = || {
            let arguments = [StackName::Tonic.name(), "in-process", "--part", "call", "--millis", &millis];
            self.numbers(&arguments).map(|numbers| numbers[1])
        };
        self.print("client/in_process/p50", Unit::Seconds, Goal::More(1.5e-6), ours, tonic)?;
        let calls = self.length.calls.to_string();
        let ours = process::count(&self.counted, &["ours", "count-policies", "all", &calls])?;
        let peer = process::count(&self.counted, &[StackName::Tonic.name(), "count", &calls, "--part", "call"])?;
        let name = "client/in_process/allocations".to_owned();
        println!("{}", Figure { name, unit: Unit::Count, ours, peer: Some(peer), goal: Goal::More(3.0) });
        Ok(())
    }

    /// Calls over loopback.
    fn remote(&self, name: &str, concurrency: &str) -> Result<()> {
        let millis = self.length.millis.to_string();
        let servers =
            [StackName::Ours, StackName::Tonic].map(|stack| Serving::start(&self.timed, &[stack.name(), "serve"]));
        let [ours, tonic] = servers;
        let ports = [ours?, tonic?];
        let [ours_port, tonic_port] = ports.each_ref().map(|server| server.port.to_string());
        let load = ["--concurrency", concurrency, "--millis", &millis];
        let call =
            |before: &[&str], index: usize| self.numbers(&[before, &load].concat()).map(|numbers| numbers[index]);
        for (figure, index, unit, goal) in
            [("rate", 0, Unit::Rate, Goal::AtLeast(0.95)), ("p50", 1, Unit::Seconds, Goal::Ratio(1.05))]
        {
            let ours = || call(&["ours", "remote-policies", "all", &ours_port], index);
            let tonic = || call(&[StackName::Tonic.name(), "unary", &tonic_port, "--connections", "1"], index);
            self.print(&format!("client/remote/{name}/{figure}"), unit, goal, ours, tonic)?;
            let official = || call(&["ours", "official", &tonic_port], index);
            self.print(&format!("client/remote/{name}/{figure}/grpc"), unit, goal, ours, official)?;
        }
        Ok(())
    }

    /// The mean time of calls in one process with and without policies.
    fn policies(&self) -> Result<()> {
        let millis = self.length.millis.to_string();
        let mean = |policies: &str| self.numbers(&["ours", "mean", policies, "--millis", &millis]).map(|it| it[0]);
        let none = || mean("none");
        // With the two reads of the clock.
        self.print("client/breaker/closed", Unit::Seconds, Goal::More(60e-9), || mean("breaker"), none)?;
        self.print("client/policies/all", Unit::Seconds, Goal::None, || mean("all"), none)?;
        self.print("client/breaker/open", Unit::Seconds, Goal::None, || mean("open"), none)
    }

    /// Parts of a client by themselves.
    fn parts(&self) -> Result<()> {
        for (name, part, goal) in [
            ("breaker/closed_alone", "closed-breaker", 15e-9),
            ("breaker/open_alone", "open-breaker", 150e-9),
            ("choice/round_robin100", "round-robin", 100e-9),
            ("choice/least_request100", "least-request", 100e-9),
        ] {
            let ours = median((0..self.length.turns).map(|_| self.part(part, "1")).collect::<Result<Vec<_>>>()?);
            let goal = Goal::AtMost(goal);
            println!("{}", Figure { name: format!("client/{name}"), unit: Unit::Seconds, ours, peer: None, goal });
        }
        for (name, part) in [("closed", "closed-breaker"), ("open", "open-breaker")] {
            let threads = |threads: &'static str| move || self.part(part, threads);
            let name = format!("client/breaker/{name}/threads16");
            self.print(&name, Unit::Seconds, Goal::Ratio(2.0), threads("16"), threads("1"))?;
        }
        Ok(())
    }

    fn part(&self, part: &str, threads: &str) -> Result<f64> {
        let millis = self.length.millis.to_string();
        process::count(&self.timed, &["ours", "part", part, "--threads", threads, "--millis", &millis])
    }

    /// Threads that share a client, beside one. With the processors of this machine, an operation takes at most twice as long.
    fn threads(&self) -> Result<()> {
        let millis = self.length.millis.to_string();
        let rate = |threads: &str| {
            process::count(&self.timed, &["ours", "threads", "all", "--threads", threads, "--millis", &millis])
        };
        let processors = thread::available_parallelism().map_or(1, usize::from).min(16);
        let goal = Goal::AtLeast(processors as f64 / 2.0);
        self.print("client/threads16/rate", Unit::Rate, goal, || rate("16"), || rate("1"))
    }

    /// Prints a figure: medians of turns in which ours and the peer alternate.
    fn print(
        &self,
        name: &str,
        unit: Unit,
        goal: Goal,
        ours: impl Fn() -> Result<f64>,
        peer: impl Fn() -> Result<f64>,
    ) -> Result<()> {
        let turns = (0..self.length.turns).map(|_| Ok((ours()?, peer()?))).collect::<Result<Vec<_>>>()?;
        let usual = median(turns.iter().map(|(_, peer)| *peer));
        let ours = usual + median(turns.iter().map(|(ours, peer)| ours - peer));
        println!("{}", Figure { name: name.to_owned(), unit, ours, peer: Some(usual), goal });
        Ok(())
    }

    fn numbers(&self, arguments: &[&str]) -> Result<Vec<f64>> {
        process::call(&self.timed, arguments)
    }
}
