//! Comments of a `.proto` to docs of Rust: all of the words, and none of the harm.
//!
//! rustdoc reads Markdown and runs code. A comment must neither run as a test, nor break the build with a control
//! character, nor warn because of a stray bracket.

mod escape;

use std::{borrow::Cow, fmt};

use self::escape::escape;

/// Lines of documentation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Docs(Vec<String>);

impl Docs {
    /// The docs of a comment; if it says nothing, of the words that `otherwise` gives.
    pub fn new(comment: &str, otherwise: impl FnOnce() -> String) -> Self {
        let lines = lines(comment);
        if lines.is_empty() { Self(vec![otherwise()]) } else { Self(lines) }
    }

    /// As it is printed four columns in.
    pub fn inner(&self) -> String {
        format!("{self:4}")
    }

    /// The lines, without what marks them as docs.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// `///` and a line, for each line; those after the first are indented by the width of the format.
impl fmt::Display for Docs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indent = " ".repeat(f.width().unwrap_or_default());
        for (index, line) in self.0.iter().enumerate() {
            let start = if index == 0 { String::new() } else { format!("\n{indent}") };
            let space = if line.is_empty() { "" } else { " " };
            write!(f, "{start}///{space}{line}")?;
        }
        Ok(())
    }
}

fn lines(comment: &str) -> Vec<String> {
    let comment = match comment.contains('\r') {
        true => Cow::Owned(comment.replace("\r\n", "\n").replace('\r', "\n")),
        false => Cow::Borrowed(comment),
    };
    let mut lines = Vec::new();
    let mut block = Block::Text;
    for line in comment.lines() {
        let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
        let is_harmless = line.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        block.push(if is_harmless { line.to_owned() } else { made_harmless(line) }, &mut lines);
    }
    block.close(&mut lines);
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    let start = lines.iter().position(|line| !line.is_empty()).unwrap_or(lines.len());
    lines.split_off(start)
}

/// What the lines before belong to.
enum Block {
    Text,
    /// List items, each in the one before.
    List(Items),
    /// Opened by this fence.
    Fenced(Fence),
    /// Indented code, for which a fence was opened.
    Indented,
}

/// What code is enclosed by.
struct Fence {
    /// Backticks or tildes.
    mark: String,
    /// How far in it stands in the comment.
    indent: usize,
    /// The list items that it belongs to.
    items: Items,
}

/// How far in the texts of list items are, each in the one before.
#[derive(Clone, Default)]
struct Items(Vec<usize>);

impl Items {
    /// How far in the text of the innermost is.
    fn text(&self) -> usize {
        self.0.last().copied().unwrap_or_default()
    }

    /// Those that hold what is so far in.
    fn around(mut self, indent: usize) -> Self {
        self.0.retain(|text| *text <= indent);
        self
    }
}

impl Fence {
    /// A line of the code: as far in as what it belongs to, for further in it would be code that is indented, not fenced.
    fn line(&self, line: &str) -> String {
        let within = |(at, character): &(usize, char)| *at >= self.indent || *character != ' ';
        let rest = &line[line.char_indices().find(within).map_or(line.len(), |(at, _)| at)..];
        if rest.is_empty() { String::new() } else { format!("{}{rest}", " ".repeat(self.items.text())) }
    }

    fn is_closed_by(&self, line: &str) -> bool {
        let rest = trimmed(line).strip_prefix(&self.mark);
        rest.is_some_and(|rest| rest.trim_start_matches(&self.mark[..1]).is_empty())
    }

    fn into_outer(self) -> Block {
        if self.items.0.is_empty() { Block::Text } else { Block::List(self.items) }
    }
}

impl Block {
    fn push(&mut self, line: String, lines: &mut Vec<String>) {
        match self {
            Self::Fenced(fence) if fence.is_closed_by(&line) => self.close(lines),
            Self::Fenced(fence) => lines.push(fence.line(&line)),
            Self::Indented if line.is_empty() || is_indented(&line) => lines.push(line),
            _ => {
                self.close(lines);
                self.open(line, lines);
            }
        }
    }

    /// Takes a line that is not within code.
    fn open(&mut self, line: String, lines: &mut Vec<String>) {
        let line = set_close(&line);
        let after_blank = lines.last().is_none_or(String::is_empty);
        let items = self.items_of(&line, after_blank);
        if let Some(mark) = fence(&line) {
            self.begin_fence(Fence { mark, indent: indent(&line), items }, lines);
        } else if !after_blank && is_row_of_marks(&line) {
            self.row_of_marks(&line, lines);
        } else if let Some(text) = new_item(&line).filter(|_| after_blank || self.may_end_at(&line)) {
            self.begin_item(&line, text, lines);
        } else if !items.0.is_empty() && !line.is_empty() {
            // Whatever stands below an item belongs to it, unless it starts anew after a blank line.
            lines.push(format!("{}{}", " ".repeat(items.text()), escape(trimmed(&line))));
        } else if is_indented(&line) && after_blank {
            lines.extend(["```text".to_owned(), line]);
            *self = Self::Indented;
        } else {
            self.go_on(&line, lines);
        }
    }

    fn begin_fence(&mut self, fence: Fence, lines: &mut Vec<String>) {
        lines.push(fence.line(&format!("{}{}text", " ".repeat(fence.indent), fence.mark)));
        *self = Self::Fenced(fence);
    }

    /// Whether an item may end the text before it. To Markdown, a number within a paragraph is a part of it, unless it is 1.
    fn may_end_at(&self, line: &str) -> bool {
        let is_within = if let Self::List(items) = self { indent(line) >= items.text() } else { true };
        let number = digits(trimmed(line));
        !is_within || number.is_empty() || number.trim_start_matches('0') == "1"
    }

    /// An item whose text is so far in. If it were too far in, it would be code, or a part of the text before it.
    fn begin_item(&mut self, line: &str, text: usize, lines: &mut Vec<String>) {
        let own = indent(line);
        let mut items = self.items().around(own);
        let start = if own > items.text() + 3 { items.text() } else { own };
        lines.push(format!("{}{}", " ".repeat(start), escape(trimmed(line))));
        items.0.push(text - own + start);
        *self = Self::List(items);
    }

    /// A row that makes a table of the line before it. Below any other line it would be a list item.
    fn row_of_marks(&mut self, line: &str, lines: &mut Vec<String>) {
        let is_table = matches!(self, Self::Text) && is_below_head(line, lines);
        let mark = if is_table || after_mark(line).is_none() { "" } else { "\\" };
        lines.push(format!("{}{mark}{}", " ".repeat(self.items().text()), escape(trimmed(line))));
    }

    /// A line of a paragraph, or a blank one. One that is indented would be code below a heading, a rule or a table.
    fn go_on(&mut self, line: &str, lines: &mut Vec<String>) {
        lines.push(escape(if is_indented(line) { trimmed(line) } else { line }));
        if !line.is_empty() {
            *self = Self::Text;
        }
    }

    /// The list items that a line belongs to.
    fn items_of(&self, line: &str, after_blank: bool) -> Items {
        if after_blank && indent(line) == 0 { Items::default() } else { self.items() }
    }

    fn items(&self) -> Items {
        if let Self::List(items) = self { items.clone() } else { Items::default() }
    }

    /// Ends code that is still open.
    fn close(&mut self, lines: &mut Vec<String>) {
        match std::mem::replace(self, Self::Text) {
            Self::Fenced(fence) => {
                lines.push(fence.line(&format!("{}{}", " ".repeat(fence.indent), fence.mark)));
                *self = fence.into_outer();
            }
            Self::Indented => {
                let end = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
                lines.insert(end, "```".to_owned());
            }
            Self::List(items) => *self = Self::List(items),
            Self::Text => (),
        }
    }
}

fn fence(line: &str) -> Option<String> {
    let line = trimmed(line);
    let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let length = line.chars().take_while(|one| *one == mark).count();
    (length >= 3).then(|| mark.to_string().repeat(length))
}

fn is_indented(line: &str) -> bool {
    line.starts_with("    ")
}

/// Where the text of the list item starts that the line starts.
fn new_item(line: &str) -> Option<usize> {
    let text = after_mark(line)?;
    Some(line.len() - text.len() + indent(text).max(1))
}

/// The digits at the start of the text.
fn digits(text: &str) -> &str {
    &text[..text.len() - text.trim_start_matches(|digit: char| digit.is_ascii_digit()).len()]
}

/// What follows the mark of a list item.
fn after_mark(line: &str) -> Option<&str> {
    let rest = trimmed(line);
    let digits = digits(rest).len();
    let behind = &rest[digits..];
    let is_bullet = digits == 0 && ["- ", "* ", "+ "].iter().any(|bullet| behind.starts_with(bullet));
    let is_number = (1..=9).contains(&digits) && [". ", ") "].iter().any(|mark| behind.starts_with(mark));
    (!is_rule(rest) && (is_bullet || is_number)).then(|| &behind[1..])
}

/// Whether the line is drawn across the page: `* * *`.
fn is_rule(line: &str) -> bool {
    let marks = line.replace(' ', "");
    marks.len() > 2 && ["*", "-"].iter().any(|mark| marks.trim_start_matches(mark).is_empty())
}

/// Whether the line may be what makes a table of the line before it: `- | -`.
fn is_row_of_marks(line: &str) -> bool {
    line.contains('|') && line.bytes().all(|mark| b"-|: ".contains(&mark))
}

/// Whether the line before, which starts a paragraph, has as many cells.
fn is_below_head(row: &str, lines: &[String]) -> bool {
    let starts_paragraph = lines.len() < 2 || lines[lines.len() - 2].is_empty();
    starts_paragraph && lines.last().is_some_and(|head| cells(head) == cells(row))
}

/// How many cells a row of a table has.
fn cells(row: &str) -> usize {
    let row = row.trim();
    let row = row.strip_prefix('|').unwrap_or(row);
    row.strip_suffix('|').unwrap_or(row).replace("\\|", "").split('|').count()
}

/// The line with the text of its item near to the mark: what stands further off is code to Markdown.
fn set_close(line: &str) -> String {
    let Some(text) = after_mark(line) else { return line.to_owned() };
    let (mark, spaces) = (&line[..line.len() - text.len()], indent(text));
    let width = if spaces > 4 { 1 } else { spaces };
    format!("{mark}{}{}", " ".repeat(width), set_close(trimmed(text)))
}

fn indent(line: &str) -> usize {
    line.len() - trimmed(line).len()
}

/// Without the spaces at its start: what else is white is a letter to Markdown.
fn trimmed(line: &str) -> &str {
    line.trim_start_matches(' ')
}

/// A line with spaces for tabs, up to the next column of four as in Markdown, and without what breaks the build.
fn made_harmless(line: &str) -> String {
    let (mut text, mut column) = (String::new(), 0);
    for character in line.chars() {
        let width = if character == '\t' { 4 - column % 4 } else { 1 };
        match character {
            '\t' => text.push_str(&" ".repeat(width)),
            other => text.push(harmless(other)),
        }
        column += width;
    }
    text
}

/// A character that cannot break the build: no control characters, and none that change the direction of text.
pub(crate) fn harmless(character: char) -> char {
    match character {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        control if control.is_control() => '\u{fffd}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::Docs;

    fn docs(comment: &str) -> String {
        Docs::new(comment, || "nothing".to_owned()).lines().collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn text_stays() {
        assert_eq!(docs(" One line.\n"), "One line.");
        assert_eq!(docs(" One.\n\n Two.\n\n"), "One.\n\nTwo.");
        assert_eq!(docs(""), "nothing");
        assert_eq!(docs(" `a[b]` and *this*"), "`a[b]` and *this*");
    }

    #[test]
    fn code_is_inert() {
        assert_eq!(docs("   * * *\n     [x]"), "  * * *\n\\[x\\]");
        assert_eq!(docs(" # Title\n     [x]\n * ~~~ x"), "# Title\n\\[x\\]\n* \\~\\~\\~ x");
        assert_eq!(docs(" Run:\n\n ```rust\n panic!()\n ```\n"), "Run:\n\n```text\npanic!()\n```");
        assert_eq!(docs(" Run:\n\n     panic!()\n\n More."), "Run:\n\n```text\n    panic!()\n```\n\nMore.");
        assert_eq!(docs(" in\n 10. May\n\n     panic!()"), "in\n10. May\n\n```text\n    panic!()\n```");
        assert_eq!(docs(" - in\n   10. May\n       panic!()\n 11. June"), "- in\n  10. May\n  panic!()\n11. June");
        assert_eq!(docs(" ```\n open"), "```text\nopen\n```");
        assert_eq!(docs(" - item\n\n     more of it"), "- item\n\n  more of it");
    }

    #[test]
    fn a_fence_stands_where_its_item_does() {
        assert_eq!(
            docs(" - item:\n\n       ```\n       a {\n         b\n       ```\n   more\n\n Text."),
            "- item:\n\n  ```text\n  a {\n    b\n  ```\n  more\n\nText."
        );
        assert_eq!(docs("      ```\n      a\n      ```"), "```text\na\n```");
        assert_eq!(docs(" ```\n ```rust\n a\n ```\n b"), "```text\n```rust\na\n```\nb");
    }

    #[test]
    fn what_stands_below_an_item_is_set_in_like_it() {
        assert_eq!(
            docs(" - one\n more\n      and more\n 12. two\n   x\n\n Text."),
            "- one\n  more\n  and more\n12. two\n    x\n\nText."
        );
        assert_eq!(docs(" *   one\n more\n          - two"), "*   one\n    more\n    - two");
        assert_eq!(docs("     1) one\n *      a\n - 2.      b"), "1) one\n* a\n- 2. b");
        assert_eq!(docs(" - one\n   - two\n     more\n - three"), "- one\n  - two\n    more\n- three");
    }

    #[test]
    fn an_item_is_in_the_item_that_holds_it() {
        assert_eq!(docs("  10. one\n     - two"), " 10. one\n- two");
        assert_eq!(docs(" - one\n   - two\n     10. three\n     - four"), "- one\n  - two\n    10. three\n    - four");
        assert_eq!(docs(" - \u{a0}one\n     - two"), "- \u{a0}one\n    - two");
        assert_eq!(docs(" a | b\n - | -\n     c"), "a | b\n- | -\nc");
        assert_eq!(docs(" - | -\n     2) two"), "- | -\n  2) two");
        assert_eq!(docs(" a\n - | -\n    2) two"), "a\n\\- | -\n   2) two");
    }

    #[test]
    fn tabs_are_spaces() {
        assert_eq!(docs("\tcode()\tx"), "```text\n    code()  x\n```");
        assert_eq!(docs(" -\titem\n more\tof it"), "-   item\n    more    of it");
        assert_eq!(docs(" \u{e9}\t|"), "\u{e9}   |");
    }

    #[test]
    fn links_and_html_are_text() {
        assert_eq!(docs(" a [b] <c> Vec<T>"), "a \\[b\\] \\<c\\> Vec\\<T\\>");
        assert_eq!(docs(" see https://a.example/b_c."), "see <https://a.example/b_c>.");
        assert_eq!(docs(" odd ` [x]"), "odd \\` \\[x\\]");
        assert_eq!(docs(" a `` ` `` [x] ``` [y] `[z]`"), "a `` ` `` \\[x\\] \\`\\`\\` \\[y\\] `[z]`");
        assert_eq!(docs(" \\` [x] ` \\[y] \\\\[z]"), "\\` \\[x\\] \\` \\[y\\] \\\\\\[z\\]");
        assert_eq!(docs(" | `a [x] | b `[y]` `\\|` |"), "| \\`a \\[x\\] | b `[y]` `\\|` |");
        assert_eq!(docs(" \\https://a.example \\d"), "\\\\<https://a.example> \\\\d");
        assert_eq!(docs(" \u{e9}t\u{e9} <\u{e9}>"), "\u{e9}t\u{e9} \\<\u{e9}\\>");
    }

    #[test]
    fn control_characters_are_replaced() {
        assert_eq!(docs(" a\rb"), "a\nb");
        assert_eq!(docs(" a\u{202e}b\u{0}c"), "a\u{fffd}b\u{fffd}c");
    }
}
