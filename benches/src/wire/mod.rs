//! What a call costs: ours beside tonic's own stubs and connect-rust, in turns, on the same processors.
//!
//! The programs of the crate `wire` do the calling; here they are run, and what they print becomes figures.

mod program;

use program::{Programs, Stack};

use crate::{
    Result,
    figure::{Figure, Goal, Unit, median},
};

/// How much is measured.
#[derive(Clone, Copy)]
pub(crate) struct Extent {
    /// Medians of so many rounds.
    pub(crate) rounds: usize,
    /// How long each stack is called in a round, in milliseconds.
    pub(crate) millis: u64,
    /// How many calls are counted.
    pub(crate) calls: usize,
}

/// Prints every figure.
pub(crate) fn all(extent: Extent) -> Result<()> {
    let bench = Bench { extent, programs: Programs::built()? };
    bench.remote()?;
    bench.in_process("server")?;
    bench.in_process("call")?;
    bench.layers()
}

struct Bench {
    extent: Extent,
    programs: Programs,
}

/// What each stack has of a figure, in the order of [`Stack::ALL`].
type Numbers = [f64; Stack::ALL.len()];

impl Bench {
    /// Calls over loopback, from one process to another.
    fn remote(&self) -> Result<()> {
        let servers = Stack::ALL.iter().map(|stack| self.programs.serve(*stack)).collect::<Result<Vec<_>>>()?;
        let millis = self.extent.millis.to_string();
        let of = |stack: Stack| &servers[stack as usize];
        for (name, connections, concurrency) in [("serial", "1", "1"), ("64x1", "1", "64"), ("64x4", "4", "16")] {
            let arguments = ["--connections", connections, "--concurrency", concurrency, "--millis", &millis];
            let [rate, p50, p99, cpu] = self.in_turns(|stack| {
                let before = of(stack).cpu()?;
                let numbers = self.programs.call(stack, "unary", Some(of(stack).port), &arguments)?;
                let cpu = of(stack).cpu()? - before;
                let calls = numbers[0] * self.extent.millis as f64 * 1.1e-3;
                Ok([numbers[0], numbers[1], numbers[2], cpu / calls])
            })?;
            print(format!("wire/unary/{name}/rate"), Unit::Rate, rate, Goal::AtLeast(1.0));
            print(format!("wire/unary/{name}/p50"), Unit::Seconds, p50, Goal::None);
            print(format!("wire/unary/{name}/p99"), Unit::Seconds, p99, Goal::None);
            print(format!("wire/unary/{name}/server_cpu"), Unit::Seconds, cpu, Goal::None);
        }
        let [rate] = self.in_turns(|stack| {
            let numbers = self.programs.call(stack, "stream", Some(of(stack).port), &["--millis", &millis])?;
            Ok([numbers[0]])
        })?;
        print("wire/stream/rate".to_owned(), Unit::Rate, rate, Goal::AtLeast(1.0));
        Ok(())
    }

    /// Calls in one process: all of a call, or what the server makes of a request.
    fn in_process(&self, part: &str) -> Result<()> {
        let millis = self.extent.millis.to_string();
        let [p50, p99] = self.in_turns(|stack| {
            let arguments = ["--millis", &millis, "--part", part];
            self.programs.call(stack, "in-process", None, &arguments).map(|numbers| [numbers[1], numbers[2]])
        })?;
        print(format!("wire/in_process/{part}/p50"), Unit::Seconds, p50, Goal::More(1e-6));
        print(format!("wire/in_process/{part}/p99"), Unit::Seconds, p99, Goal::None);
        let allocations = self.each(|stack| self.programs.allocations(stack, part, self.extent.calls))?;
        print(format!("wire/in_process/{part}/allocations"), Unit::Count, allocations, Goal::More(3.0));
        match program::valgrind() {
            false => println!("skipped: instructions are counted by valgrind, which is not installed"),
            true => {
                let instructions = self.each(|stack| self.programs.instructions(stack, part, self.extent.calls))?;
                print(format!("wire/in_process/{part}/instructions"), Unit::Count, instructions, Goal::None);
            }
        }
        Ok(())
    }

    /// Calls in one process, with one thing around each call beside nothing.
    fn layers(&self) -> Result<()> {
        let millis = self.extent.millis.to_string();
        let p50 = |layer: &str| -> Result<f64> {
            Ok(self.programs.call(Stack::Ours, "layer", None, &[layer, "--millis", &millis])?[1])
        };
        for layer in ["metrics", "trace", "access-log", "otlp"] {
            let rounds = 0..self.extent.rounds;
            let both = rounds.map(|_| Ok((p50(layer)?, p50("none")?))).collect::<Result<Vec<_>>>()?;
            let ours = median(both.iter().map(|(with, _)| *with));
            let peer = Some(median(both.iter().map(|(_, without)| *without)));
            let name = format!("wire/layer/{layer}/p50");
            println!("{}", Figure { name, unit: Unit::Seconds, ours, peer, goal: Goal::None });
        }
        Ok(())
    }

    fn each(&self, of: impl Fn(Stack) -> Result<f64>) -> Result<Numbers> {
        let mut numbers = Numbers::default();
        for stack in Stack::ALL {
            numbers[stack as usize] = of(stack)?;
        }
        Ok(numbers)
    }

    /// The medians of what all stacks give, who take turns in who is first.
    fn in_turns<const N: usize>(&self, of: impl Fn(Stack) -> Result<[f64; N]>) -> Result<[Numbers; N]> {
        let mut all = Stack::ALL.map(|_| Vec::new());
        for round in 0..self.extent.rounds {
            let mut stacks = Stack::ALL;
            stacks.rotate_left(round % Stack::ALL.len());
            for stack in stacks {
                all[stack as usize].push(of(stack)?);
            }
        }
        let middle = |stack: Stack, index: usize| median(all[stack as usize].iter().map(|numbers| numbers[index]));
        Ok(std::array::from_fn(|index| Stack::ALL.map(|stack| middle(stack, index))))
    }
}

/// The goal is against tonic.
fn print(name: String, unit: Unit, [ours, tonic, connectrpc]: Numbers, goal: Goal) {
    let beside = format!("{name}/{}", Stack::Connectrpc.name());
    println!("{}", Figure { name, unit, ours, peer: Some(tonic), goal });
    println!("{}", Figure { name: beside, unit, ours, peer: Some(connectrpc), goal: Goal::None });
}
