//! The program that times calls.

fn main() -> std::process::ExitCode {
    bench::stacks::command::main(&|| 0)
}
