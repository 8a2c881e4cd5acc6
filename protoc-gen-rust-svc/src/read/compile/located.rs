//! Errors of protox with their positions.

use miette::{Diagnostic, SourceCode, SourceSpan};

use super::{
    names::Names,
    text::{Lines, unterminated_comment},
};
use crate::diagnostics::{Position, Problem};

/// Describes all errors that protox found in a file.
pub(super) fn problems(error: &protox::Error, names: &Names) -> Vec<Problem> {
    let Some(text) = error.source_code().map(text) else { return vec![text_problem(error, names)] };
    let (file, comment) = (error.file().unwrap_or_default(), unterminated_comment(&text));
    let is_parsed = !error.is_parse();
    let located = Located { file, text: &text, lines: Lines::new(&text), comment, is_parsed, names };
    let related = error.related().into_iter().flatten();
    let all = std::iter::once(error as &dyn Diagnostic).chain(related);
    let all: Vec<_> = all.filter(|error| !is_repetition(*error)).collect();
    let is_counted = |error: &&dyn Diagnostic| is_parsed && span(*error).is_none();
    let count = all.iter().filter(|error| is_counted(error)).count();
    // A file with one error that has no location does not count it.
    let is_shown = |error: &&dyn Diagnostic| count == all.len() || !is_counted(error);
    let found: Vec<_> = all.iter().copied().filter(is_shown).map(|error| located.problem(error)).collect();
    let more = more(all.len() - found.len(), &found);
    found.into_iter().chain(more).collect()
}

/// Counts errors that have no location, because there are very many.
fn more(count: usize, located: &[Problem]) -> Option<Problem> {
    let position = located.iter().map(|problem| &problem.position).max().filter(|_| count > 0)?.clone();
    let help = "correct the others first";
    Some(Problem { position, ..Problem::uncoded(format!("{count} more errors in this file"), help) })
}

/// The whole text of a file.
fn text(source: &dyn SourceCode) -> String {
    let start = SourceSpan::new(0.into(), 0);
    let contents = source.read_span(&start, 0, usize::MAX);
    contents.map(|contents| String::from_utf8_lossy(contents.data()).into_owned()).unwrap_or_default()
}

/// The file of an error.
struct Located<'a> {
    file: &'a str,
    text: &'a str,
    lines: Lines<'a>,
    /// The offset of a comment that does not end.
    comment: Option<usize>,
    /// Whether the file was parsed, so that errors are at elements.
    is_parsed: bool,
    names: &'a Names,
}

impl Located<'_> {
    fn problem(&self, error: &dyn Diagnostic) -> Problem {
        // The text format of options has an error of its own.
        let message = error.diagnostic_source().map_or_else(|| message(error), ToString::to_string);
        let span = span(error);
        if let Some(start) = self.comment.filter(|start| span.is_none_or(|span| span.offset() >= *start)) {
            let position = self.position(start);
            return Problem { position, ..Problem::uncoded("unterminated comment".to_owned(), "end it with `*/`") };
        }
        let position = self.position(span.map_or_else(|| self.end(), |span| self.narrow(span, &message)));
        Problem { position, ..described(&message, self.file, self.names) }
    }

    fn position(&self, offset: usize) -> Position {
        let (line, column) = self.lines.position(offset);
        Position { file: self.file.to_owned(), line, column }
    }

    /// Narrows the span of a statement to the word in quotes that an error names. Returns its offset.
    fn narrow(&self, span: SourceSpan, message: &str) -> usize {
        let start = if self.is_parsed { self.element(span.offset()) } else { span.offset() };
        let statement = self.text.get(start..start + span.len()).unwrap_or_default();
        let mut words: Vec<_> = message.split('\'').skip(1).step_by(2).collect();
        if message.contains("but found") {
            words.reverse();
        }
        words.extend(message.split_once("the value ").and_then(|(_, rest)| rest.split(' ').next()));
        let parts =
            words.iter().map(|word| word.rsplit_once(").").map_or(word.trim_matches(['(', ')']), |(_, last)| last));
        let found = parts.filter_map(|word| find_word(statement, word)).next();
        start + found.unwrap_or_default()
    }

    /// The offset of an element. protox takes its column for characters, which is in bytes.
    fn element(&self, offset: usize) -> usize {
        self.lines.line_start(offset) + self.lines.characters_before(offset).unwrap_or_default()
    }

    /// The last character of the file, for errors about its end.
    fn end(&self) -> usize {
        self.text.trim_end().char_indices().next_back().map_or(0, |(offset, _)| offset)
    }
}

/// Errors without a source have their position in the debug format: `file:line:column: message`.
fn text_problem(error: &protox::Error, names: &Names) -> Problem {
    let text = format!("{error:?}");
    let parts: Vec<_> = text.splitn(4, ':').collect();
    let number = |index: usize| parts.get(index).and_then(|part| part.parse::<u32>().ok());
    let (position, message) = match (number(1), number(2)) {
        (Some(line), Some(column)) => (Position { file: parts[0].to_owned(), line, column }, parts[3].trim_start()),
        _ => (Position { file: error.file().unwrap_or_default().to_owned(), ..Position::default() }, text.as_str()),
    };
    let file = position.file.clone();
    Problem { position, ..described(message, &file, names) }
}

/// Words an error of protox in the style of this program.
fn described(message: &str, file: &str, names: &Names) -> Problem {
    let words: Vec<_> = message.split('\'').skip(1).step_by(2).collect();
    let text = match words.as_slice() {
        [name, resolved] if message.contains(" resolves to ") && name == resolved => {
            format!("name '{name}' is not defined")
        }
        [name] if message.starts_with("option field ") && message.ends_with("not defined") => {
            format!("unknown option '{name}'")
        }
        [field, of] if message.contains("not found for message") => format!("unknown option field '{field}' of '{of}'"),
        _ => message.to_owned(),
    };
    let help = names.help(&text, file);
    Problem::uncoded(text.replace('\'', "`"), help)
}

/// The message of an error. The parser has that of groups for paths of imports, too.
fn message(error: &dyn Diagnostic) -> String {
    let is_import = error.help().is_some_and(|help| help.to_string().starts_with("imports "));
    if is_import { "invalid import path".to_owned() } else { error.to_string() }
}

/// A name that is defined twice has two names in camel case, too.
fn is_repetition(error: &dyn Diagnostic) -> bool {
    let message = error.to_string();
    let words: Vec<_> = message.split('\'').skip(1).step_by(2).collect();
    message.starts_with("camel-case name") && matches!(words.as_slice(), [one, other] if one == other)
}

/// The place of an error, not those that it refers to.
fn span(error: &dyn Diagnostic) -> Option<SourceSpan> {
    // Of very many errors, some have the location of the first element of a name alone.
    let is_other = |label: &miette::LabeledSpan| {
        label.label().is_some_and(|text| text.contains("first") || text.ends_with("range defined here"))
    };
    let labels: Vec<_> = error.labels()?.filter(|label| !is_other(label)).collect();
    let is_found = |label: &&miette::LabeledSpan| {
        label.label().is_some_and(|text| text.contains("found") || text.contains("again"))
    };
    labels.iter().find(is_found).or(labels.last()).map(|label| *label.inner())
}

/// The offset of the first whole word.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    let is_whole = |start: &usize| {
        let (before, after) = (&text[..*start], &text[start + word.len()..]);
        !before.ends_with(is_part) && !after.starts_with(is_part)
    };
    let starts = text.match_indices(word).map(|(start, _)| start);
    starts.filter(|_| !word.is_empty()).find(is_whole)
}
