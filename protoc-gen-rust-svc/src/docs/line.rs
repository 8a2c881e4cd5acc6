//! Lines of comments: indentation, markers and characters.

pub(super) fn fence(line: &str) -> Option<String> {
    let line = trim_spaces(line);
    let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let length = line.chars().take_while(|one| *one == mark).count();
    (length >= 3).then(|| mark.to_string().repeat(length))
}

pub(super) fn is_indented(line: &str) -> bool {
    line.starts_with("    ")
}

/// The indentation of the text of a list item that begins in a line.
pub(super) fn new_item(line: &str) -> Option<usize> {
    let text = after_mark(line)?;
    Some(line.len() - text.len() + indent(text).max(1))
}

/// The digits at the start of the text.
pub(super) fn digits(text: &str) -> &str {
    &text[..text.len() - text.trim_start_matches(|digit: char| digit.is_ascii_digit()).len()]
}

/// The rest of a line after the marker of a list item.
pub(super) fn after_mark(line: &str) -> Option<&str> {
    let rest = trim_spaces(line);
    let digits = digits(rest).len();
    let behind = &rest[digits..];
    let is_bullet = digits == 0 && ["- ", "* ", "+ "].iter().any(|bullet| behind.starts_with(bullet));
    let is_number = (1..=9).contains(&digits) && [". ", ") "].iter().any(|mark| behind.starts_with(mark));
    (!is_rule(rest) && (is_bullet || is_number)).then(|| &behind[1..])
}

/// Whether a line is a thematic break, such as `* * *`.
fn is_rule(line: &str) -> bool {
    let marks = line.replace(' ', "");
    marks.len() > 2 && ["*", "-"].iter().any(|mark| marks.trim_start_matches(mark).is_empty())
}

/// Whether a line may be the delimiter row of a table, such as `- | -`.
pub(super) fn is_row_of_marks(line: &str) -> bool {
    line.contains('|') && line.bytes().all(|mark| b"-|: ".contains(&mark))
}

/// Whether the previous line is a table header with as many cells.
pub(super) fn is_below_head(row: &str, lines: &[String]) -> bool {
    let starts_paragraph = lines.len() < 2 || lines[lines.len() - 2].is_empty();
    starts_paragraph && lines.last().is_some_and(|head| cells(head) == cells(row))
}

/// The number of cells of a table row.
fn cells(row: &str) -> usize {
    let row = row.trim();
    let row = row.strip_prefix('|').unwrap_or(row);
    row.strip_suffix('|').unwrap_or(row).replace("\\|", "").split('|').count()
}

/// Reduces the spaces after a list marker. Markdown reads distant text as code.
pub(super) fn tighten_marker(line: &str) -> String {
    let Some(text) = after_mark(line) else { return line.to_owned() };
    let (mark, spaces) = (&line[..line.len() - text.len()], indent(text));
    let width = if spaces > 4 { 1 } else { spaces };
    format!("{mark}{}{}", " ".repeat(width), tighten_marker(trim_spaces(text)))
}

pub(super) fn indent(line: &str) -> usize {
    line.len() - trim_spaces(line).len()
}

/// Removes leading spaces, but not other whitespace, which Markdown keeps.
pub(super) fn trim_spaces(line: &str) -> &str {
    line.trim_start_matches(' ')
}

/// Expands tabs to columns of four, and replaces harmful characters.
pub(super) fn sanitize_line(line: &str) -> String {
    let (mut text, mut column) = (String::new(), 0);
    for character in line.chars() {
        let width = if character == '\t' { 4 - column % 4 } else { 1 };
        match character {
            '\t' => text.push_str(&" ".repeat(width)),
            other => text.push(sanitize(other)),
        }
        column += width;
    }
    text
}

/// Replaces control characters and those that change the direction of text.
pub(crate) fn sanitize(character: char) -> char {
    match character {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        control if control.is_control() => '\u{fffd}',
        other => other,
    }
}
