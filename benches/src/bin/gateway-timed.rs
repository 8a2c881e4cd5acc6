//! The program that times HTTP requests.

fn main() -> std::process::ExitCode {
    bench::rest::command::main(&|| 0)
}
