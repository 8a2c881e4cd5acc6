//! Calls: ours, tonic's own stubs and connect-rust, interleaved, on the same processors; and a server of grpc-go.
//!
//! The programs `wire-timed` and `wire-counted` make the calls; here they are run, and their output becomes figures.

mod program;

use bench::{error::Result, stacks::name::StackName};
use program::Programs;

use crate::{
    figure::{Figure, Goal, RunLength, Unit, median},
    process,
};

/// Prints every figure.
pub(crate) fn all(length: RunLength) -> Result<()> {
    let bench = WireBench { length, programs: Programs::built()? };
    bench.remote()?;
    bench.servers()?;
    bench.in_process("server")?;
    bench.in_process("call")?;
    bench.layers()
}

struct WireBench {
    length: RunLength,
    programs: Programs,
}

/// The connections of a client, and the calls at once on each.
const SHAPES: [(&str, &str, &str); 3] = [("serial", "1", "1"), ("64x1", "1", "64"), ("64x4", "4", "16")];

/// A figure of each stack, in the order of [`StackName::ALL`].
type Numbers = [f64; StackName::ALL.len()];

impl WireBench {
    /// Calls over loopback, from one process to another.
    fn remote(&self) -> Result<()> {
        let servers = StackName::ALL.iter().map(|stack| self.programs.serve(*stack)).collect::<Result<Vec<_>>>()?;
        let millis = self.length.millis.to_string();
        let of = |stack: StackName| &servers[stack as usize];
        for (name, connections, concurrency) in SHAPES {
            let arguments = ["--connections", connections, "--concurrency", concurrency, "--millis", &millis];
            let [rate, p50, p99, cpu] = in_turns(self.length.turns, |stack| {
                let before = of(stack).cpu()?;
                let numbers = self.programs.call(stack, "unary", Some(of(stack).port), &arguments)?;
                let cpu = of(stack).cpu()? - before;
                let calls = numbers[0] * self.length.millis as f64 * 1.1e-3;
                Ok([numbers[0], numbers[1], numbers[2], cpu / calls])
            })?;
            print(format!("wire/unary/{name}/rate"), Unit::Rate, rate, Goal::AtLeast(1.0));
            print(format!("wire/unary/{name}/p50"), Unit::Seconds, p50, Goal::None);
            print(format!("wire/unary/{name}/p99"), Unit::Seconds, p99, Goal::None);
            print(format!("wire/unary/{name}/server_cpu"), Unit::Seconds, cpu, Goal::None);
        }
        let [rate] = in_turns(self.length.turns, |stack| {
            let numbers = self.programs.call(stack, "stream", Some(of(stack).port), &["--millis", &millis])?;
            Ok([numbers[0]])
        })?;
        print("wire/stream/rate".to_owned(), Unit::Rate, rate, Goal::AtLeast(1.0));
        Ok(())
    }

    /// Calls of our client to our server, beside those to a server of grpc-go.
    fn servers(&self) -> Result<()> {
        let Some(go) = Programs::serve_grpc_go()? else {
            println!("skipped: the server of grpc-go is not built by benches/grpc-go");
            return Ok(());
        };
        let ours = self.programs.serve(StackName::Ours)?;
        let millis = self.length.millis.to_string();
        for (name, connections, concurrency) in SHAPES {
            let arguments = ["--connections", connections, "--concurrency", concurrency, "--millis", &millis];
            self.beside(&format!("unary/{name}"), "unary", [ours.port, go.port], &arguments)?;
        }
        self.beside("stream", "stream", [ours.port, go.port], &["--millis", &millis])
    }

    /// Prints the rates of our client with two servers.
    fn beside(&self, name: &str, task: &str, ports: [u16; 2], arguments: &[&str]) -> Result<()> {
        let rate = |port| self.programs.call(StackName::Ours, task, Some(port), arguments).map(|numbers| numbers[0]);
        let turns = (0..self.length.turns).map(|_| Ok((rate(ports[0])?, rate(ports[1])?)));
        let turns = turns.collect::<Result<Vec<_>>>()?;
        let (ours, peer) = (median(turns.iter().map(|it| it.0)), Some(median(turns.iter().map(|it| it.1))));
        let name = format!("wire/{name}/rate/grpc-go");
        println!("{}", Figure { name, unit: Unit::Rate, ours, peer, goal: Goal::AtLeast(1.0) });
        Ok(())
    }

    /// Calls in one process: the whole call, or the server alone.
    fn in_process(&self, part: &str) -> Result<()> {
        let millis = self.length.millis.to_string();
        let [p50, p99] = in_turns(self.length.turns, |stack| {
            let arguments = ["--millis", &millis, "--part", part];
            self.programs.call(stack, "in-process", None, &arguments).map(|numbers| [numbers[1], numbers[2]])
        })?;
        print(format!("wire/in_process/{part}/p50"), Unit::Seconds, p50, Goal::More(1e-6));
        print(format!("wire/in_process/{part}/p99"), Unit::Seconds, p99, Goal::None);
        let allocations = self.each(|stack| self.programs.allocations(stack, part, self.length.calls))?;
        print(format!("wire/in_process/{part}/allocations"), Unit::Count, allocations, Goal::More(3.0));
        match process::valgrind() {
            false => println!("skipped: instructions are counted by valgrind, which is not installed"),
            true => {
                let instructions = self.each(|stack| self.programs.instructions(stack, part, self.length.calls))?;
                print(format!("wire/in_process/{part}/instructions"), Unit::Count, instructions, Goal::None);
            }
        }
        Ok(())
    }

    /// Calls in one process, with a layer around each call and without.
    fn layers(&self) -> Result<()> {
        let millis = self.length.millis.to_string();
        let p50 = |layer: &str| -> Result<f64> {
            Ok(self.programs.call(StackName::Ours, "layer", None, &[layer, "--millis", &millis])?[1])
        };
        for layer in ["metrics", "trace", "access-log", "otlp"] {
            let turns = 0..self.length.turns;
            let both = turns.map(|_| Ok((p50("none")?, p50(layer)?))).collect::<Result<Vec<_>>>()?;
            let without = median(both.iter().map(|(without, _)| *without));
            let (ours, peer) = (without + median(both.iter().map(|(without, with)| with - without)), Some(without));
            let name = format!("wire/layer/{layer}/p50");
            println!("{}", Figure { name, unit: Unit::Seconds, ours, peer, goal: Goal::None });
        }
        Ok(())
    }

    fn each(&self, of: impl Fn(StackName) -> Result<f64>) -> Result<Numbers> {
        let mut numbers = Numbers::default();
        for stack in StackName::ALL {
            numbers[stack as usize] = of(stack)?;
        }
        Ok(numbers)
    }
}

/// Runs all stacks in turns, each turn beginning with another. Returns the medians of tonic's numbers, and for the others
/// the medians of the differences within a turn, so that a change of the processor's pace between turns cancels out.
fn in_turns<const N: usize>(turns: usize, of: impl Fn(StackName) -> Result<[f64; N]>) -> Result<[Numbers; N]> {
    let mut all = Vec::new();
    for turn in 0..turns {
        let (mut stacks, mut numbers) = (StackName::ALL, [Numbers::default(); N]);
        stacks.rotate_left(turn % StackName::ALL.len());
        for stack in stacks {
            of(stack)?.iter().zip(&mut numbers).for_each(|(number, figure)| figure[stack as usize] = *number);
        }
        all.push(numbers);
    }
    Ok(std::array::from_fn(|index| middle(all.iter().map(|figures| figures[index]))))
}

fn middle(turns: impl Iterator<Item = Numbers> + Clone) -> Numbers {
    let tonic = |numbers: &Numbers| numbers[StackName::Tonic as usize];
    let usual = median(turns.clone().map(|numbers| tonic(&numbers)));
    StackName::ALL.map(|stack| usual + median(turns.clone().map(|numbers| numbers[stack as usize] - tonic(&numbers))))
}

/// Prints a figure of all stacks. The goal is relative to tonic.
fn print(name: String, unit: Unit, [ours, tonic, connectrpc]: Numbers, goal: Goal) {
    let beside = format!("{name}/{}", StackName::Connectrpc.name());
    println!("{}", Figure { name, unit, ours, peer: Some(tonic), goal });
    println!("{}", Figure { name: beside, unit, ours, peer: Some(connectrpc), goal: Goal::None });
}

#[cfg(test)]
mod tests {
    use super::{in_turns, middle};

    #[test]
    fn a_change_of_pace_changes_nothing() {
        let turns = [[4.0, 3.0, 2.0], [8.0, 6.0, 4.0], [4.0, 3.0, 2.0], [4.5, 3.0, 2.0]];
        assert_eq!(middle(turns.into_iter()), [4.25, 3.0, 2.0]);
    }

    #[test]
    fn each_turn_has_all_stacks() {
        let numbers = in_turns(4, |stack| Ok([f64::from(stack as u8), 1.0])).expect("numbers");
        assert_eq!(numbers, [[0.0, 1.0, 2.0], [1.0; 3]]);
    }
}
