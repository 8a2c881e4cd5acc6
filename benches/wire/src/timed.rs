//! The program whose calls are timed.

fn main() -> std::process::ExitCode {
    wire::command::main(&|| 0)
}
