//! Documentation in lines of at most 100 columns.

/// The maximum width of a line in columns.
const WIDTH: usize = 100;

/// Wraps the lines of one documentation comment.
#[derive(Default)]
pub(super) struct DocWrapper {
    is_code: bool,
}

impl DocWrapper {
    /// Adds a line to the text. Long lines of prose become several lines.
    pub(super) fn push(&mut self, line: &str, text: &mut String) {
        let start = line.len() - line.trim_start().len() + "///".len();
        let (head, content) = line.split_at(start);
        let is_fence = content.trim_start().starts_with("```") || content.trim_start().starts_with("~~~");
        self.is_code ^= is_fence;
        let is_short = line.chars().count() <= WIDTH;
        if is_short || self.is_code || is_fence || content.trim_start().starts_with(['|', '#']) {
            push_line(text, head, content);
        } else {
            wrap(head, content, text);
        }
    }
}

fn push_line(text: &mut String, head: &str, content: &str) {
    text.push_str(head);
    text.push_str(content);
    text.push('\n');
}

/// Breaks a line at spaces. Later lines are indented like the text of the first one.
fn wrap(head: &str, content: &str, text: &mut String) {
    let room = WIDTH.saturating_sub(head.chars().count());
    let indent = " ".repeat(text_column(content));
    let mut rest = content.to_owned();
    while let Some(at) = break_at(&rest, room, indent.len().max(text_column(&rest))) {
        push_line(text, head, &rest[..at]);
        rest = format!("{indent}{}", rest[at..].trim_start());
    }
    push_line(text, head, &rest);
}

/// Returns the column where the text of a line starts, after a marker of a list item.
fn text_column(content: &str) -> usize {
    let trimmed = content.trim_start();
    let indent = content.len() - trimmed.len();
    let (marker, rest) = trimmed.split_once(' ').unwrap_or((trimmed, ""));
    let spaces = 1 + rest.len() - rest.trim_start().len();
    if is_marker(marker) { indent + marker.len() + spaces } else { indent }
}

fn is_marker(word: &str) -> bool {
    let number = word.strip_suffix(['.', ')']).unwrap_or_default();
    matches!(word, "-" | "*" | "+") || (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Returns the last space at which a line can be broken, or the first one after the last column.
fn break_at(line: &str, room: usize, start: usize) -> Option<usize> {
    if line.chars().count() <= room {
        return None;
    }
    let limit = line.char_indices().nth(room).map_or(line.len(), |(at, _)| at);
    let can_break = |at: &usize| *at > start && can_start_line(line[*at..].trim_start());
    let spaces = || line.match_indices(' ').map(|(at, _)| at).filter(can_break);
    spaces().take_while(|at| *at <= limit).last().or_else(|| spaces().find(|at| *at > limit))
}

/// Whether a text is still prose in Markdown at the start of a line.
fn can_start_line(text: &str) -> bool {
    let word = text.split(' ').next().unwrap_or_default();
    let is_special =
        word.is_empty() || is_marker(word) || word.starts_with(['#', '>', '|', '=', '`', '~', '-', '+', '<']);
    !is_special
}

#[cfg(test)]
mod tests {
    use super::DocWrapper;

    #[track_caller]
    fn check(lines: &[&str], expected: &[&str]) {
        let (mut text, mut wrapper) = (String::new(), DocWrapper::default());
        lines.iter().for_each(|line| wrapper.push(line, &mut text));
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn prose_is_wrapped() {
        let words = "word ".repeat(30);
        check(
            &[&format!("    /// {}", words.trim_end())],
            &[
                &format!("    /// {}", "word ".repeat(18).trim_end()),
                &format!("    /// {}", "word ".repeat(12).trim_end()),
            ],
        );
    }

    #[test]
    fn items_of_lists_keep_their_indentation() {
        let words = "word ".repeat(20);
        check(
            &[&format!("/// - {}", words.trim_end())],
            &[&format!("/// - {}", "word ".repeat(19).trim_end()), "///   word"],
        );
    }

    #[test]
    fn code_and_tables_stay_as_they_are() {
        let long = format!("/// {}", "x ".repeat(60));
        let row = format!("/// | {}", "x ".repeat(60));
        check(&["/// ```text", &long, "/// ```", &row], &["/// ```text", &long, "/// ```", &row]);
    }

    #[test]
    fn no_line_starts_with_a_marker() {
        let line = format!("/// {}wordy - word", "word ".repeat(18));
        check(&[&line], &[&format!("/// {}", "word ".repeat(18).trim_end()), "/// wordy - word"]);
    }
}
