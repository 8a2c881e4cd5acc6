//! `protoc-gen-rust-svc routes`: prints the HTTP routes of all services.

use std::path::Path;

use clap::Args;

use super::super::{
    format::{Format, Reported},
    input::InputArgs,
    output::{Failure, print_output},
};
use crate::{
    diagnostics::{Diagnostics, json::JsonObject},
    options::Options,
    render::{RouteRow, routes},
};

/// The input.
#[derive(Args, Debug)]
pub(in super::super) struct RoutesArgs {
    #[command(flatten)]
    source: InputArgs,
}

impl RoutesArgs {
    pub(in super::super) fn run(self) -> Result<(), Failure> {
        let format = self.source.format;
        self.show().map_err(|failure| format.failure(failure))
    }

    fn show(self) -> Result<(), Failure> {
        let source = self.source.with_file(Path::new(""))?;
        let input = source.input()?;
        let mut diagnostics = Diagnostics::default();
        let options = Options::from_given(source.options(), &mut diagnostics);
        let lowered = crate::lowered(&input, &options, &mut diagnostics);
        source.format.diagnostics(&diagnostics)?;
        let Some(lowered) = lowered else { return Err(Reported.into()) };
        let rows = routes(&lowered.model);
        match source.format {
            Format::Text => print_output(table(&rows)),
            Format::Json => rows.iter().try_for_each(|row| print_output(line(row))),
        }
    }
}

/// Prints rows in columns.
fn table(rows: &[RouteRow<'_>]) -> String {
    let width = |cell: fn(&RouteRow<'_>) -> usize| rows.iter().map(cell).max().unwrap_or_default();
    let (verb, path) = (width(|row| row.verb.len()), width(|row| row.path.chars().count()));
    let line = |row: &RouteRow<'_>| {
        let RouteRow { verb: own_verb, path: own_path, method, .. } = row;
        let text = format!("{own_verb:verb$}  {own_path:path$}  {method}{}", notes(row));
        format!("{}\n", text.trim_end())
    };
    rows.iter().map(line).collect()
}

/// Prints what differs from a call with one request and one response, without bodies.
fn notes(row: &RouteRow<'_>) -> String {
    let kind = Some(row.kind.replace('_', " ")).filter(|kind| kind != "unary");
    let named = |name: &str, value: &str| (!value.is_empty()).then(|| format!("{name} {value}"));
    let notes = [kind, named("body", row.body), named("response body", row.response_body)];
    let notes: Vec<_> = notes.into_iter().flatten().collect();
    if notes.is_empty() { String::new() } else { format!("  ({})", notes.join(", ")) }
}

fn line(row: &RouteRow<'_>) -> String {
    let object = JsonObject::new("route").text("verb", row.verb).text("path", row.path).text("method", row.method);
    object.text("kind", row.kind).text("body", row.body).text("response_body", row.response_body).line()
}
