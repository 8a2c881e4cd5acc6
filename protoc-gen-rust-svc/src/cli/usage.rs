//! Arguments that the program does not understand.

use std::{ffi::OsString, process::ExitCode};

use super::{
    format::Format,
    output::{print_error, print_output},
};
use crate::diagnostics::{Problem, json};

/// Prints an error of the arguments in the format that they ask for, or the help or version that they ask for.
pub(super) fn report(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() || requested_format(std::env::args_os()) == Format::Text {
        error.exit();
    }
    let printed = print_output(json::problem(&problem(&error.render().to_string())));
    printed.unwrap_or_else(|failure| print_error(format_args!("{failure}\n")));
    ExitCode::from(error.exit_code() as u8)
}

/// The format that arguments ask for, which have an error elsewhere.
fn requested_format(arguments: impl Iterator<Item = OsString>) -> Format {
    let arguments: Vec<_> = arguments.map(|argument| argument.to_string_lossy().into_owned()).collect();
    let is_json = arguments.iter().any(|argument| argument == "--format=json")
        || arguments.windows(2).any(|pair| pair == ["--format", "json"]);
    if is_json { Format::Json } else { Format::Text }
}

/// Splits the text of an error: what is wrong, and below it tips and the usage.
fn problem(text: &str) -> Problem {
    let (message, help) = text.split_once("\n\n").unwrap_or((text, ""));
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let lines = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    let help = help.split("For more information").next().unwrap_or_default();
    Problem::uncoded(lines(message), lines(help).trim_start_matches("tip: "))
}

#[cfg(test)]
mod tests {
    use super::problem;

    #[test]
    fn tips_and_usage_are_help() {
        let text = "error: unexpected argument '--otu' found\n\n  tip: a similar argument exists: '--out'\n\nUsage: a generate --out <DIR>\n\nFor more information, try '--help'.\n";
        let found = problem(text);
        assert_eq!(found.message, "unexpected argument '--otu' found");
        assert_eq!(found.help, "a similar argument exists: '--out' Usage: a generate --out <DIR>");
    }
}
