//! Blocks of Markdown: text, lists and code.

use super::{
    escape::escape,
    line::{
        after_mark, digits, fence, indent, is_below_head, is_indented, is_row_of_marks, new_item, tighten_marker,
        trim_spaces,
    },
};

/// The block that the previous lines opened.
pub(super) enum Block {
    Text,
    /// Nested list items.
    List(Items),
    /// A fenced code block.
    Fenced(Fence),
    /// An indented code block, printed as a fenced one.
    Indented,
}

/// The fence of a code block.
pub(super) struct Fence {
    /// Backticks or tildes.
    mark: String,
    /// Its indentation in the comment.
    indent: usize,
    /// The list items around it.
    items: Items,
}

/// The indentation of the text of nested list items.
#[derive(Clone, Default)]
pub(super) struct Items(Vec<usize>);

impl Items {
    /// The indentation of the innermost text.
    fn text(&self) -> usize {
        self.0.last().copied().unwrap_or_default()
    }

    /// The items around a line of this indentation.
    fn around(mut self, indent: usize) -> Self {
        self.0.retain(|text| *text <= indent);
        self
    }
}

impl Fence {
    /// Prints a line of code with the indentation of its list item.
    fn line(&self, line: &str) -> String {
        let within = |(at, character): &(usize, char)| *at >= self.indent || *character != ' ';
        let rest = &line[line.char_indices().find(within).map_or(line.len(), |(at, _)| at)..];
        if rest.is_empty() { String::new() } else { format!("{}{rest}", " ".repeat(self.items.text())) }
    }

    fn is_closed_by(&self, line: &str) -> bool {
        let rest = trim_spaces(line).strip_prefix(&self.mark);
        rest.is_some_and(|rest| rest.trim_start_matches(&self.mark[..1]).is_empty())
    }

    fn into_outer(self) -> Block {
        if self.items.0.is_empty() { Block::Text } else { Block::List(self.items) }
    }
}

impl Block {
    pub(super) fn push(&mut self, line: String, lines: &mut Vec<String>) {
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

    /// Handles a line outside code blocks.
    fn open(&mut self, line: String, lines: &mut Vec<String>) {
        let line = tighten_marker(&line);
        let after_blank = lines.last().is_none_or(String::is_empty);
        let items = self.items_of(&line, after_blank);
        if let Some(mark) = fence(&line) {
            self.begin_fence(Fence { mark, indent: indent(&line), items }, lines);
        } else if !after_blank && is_row_of_marks(&line) {
            self.row_of_marks(&line, lines);
        } else if let Some(text) = new_item(&line).filter(|_| after_blank || self.may_end_at(&line)) {
            match fence(&line[text.min(line.len())..]) {
                Some(mark) => self.begin_fenced_item(&line, text, mark, lines),
                None => self.begin_item(&line, text, lines),
            }
        } else if !items.0.is_empty() && !line.is_empty() {
            // Lines below an item belong to it, unless a blank line ends it.
            lines.push(format!("{}{}", " ".repeat(items.text()), escape(trim_spaces(&line))));
        } else if is_indented(&line) && after_blank {
            lines.extend(["```text".to_owned(), line]);
            *self = Self::Indented;
        } else {
            self.push_text(&line, lines);
        }
    }

    fn begin_fence(&mut self, fence: Fence, lines: &mut Vec<String>) {
        lines.push(fence.line(&format!("{}{}text", " ".repeat(fence.indent), fence.mark)));
        *self = Self::Fenced(fence);
    }

    /// Whether an item may interrupt a paragraph. In Markdown, a number other than 1 may not.
    fn may_end_at(&self, line: &str) -> bool {
        let is_within = if let Self::List(items) = self { indent(line) >= items.text() } else { true };
        let number = digits(trim_spaces(line));
        !is_within || number.is_empty() || number.trim_start_matches('0') == "1"
    }

    /// Begins a list item, with less indentation if Markdown would read it as code.
    fn begin_item(&mut self, line: &str, text: usize, lines: &mut Vec<String>) {
        let (start, items) = self.item(line, text);
        lines.push(format!("{}{}", " ".repeat(start), escape(trim_spaces(line))));
        *self = Self::List(items);
    }

    /// Begins a list item whose text is a code block.
    fn begin_fenced_item(&mut self, line: &str, text: usize, mark: String, lines: &mut Vec<String>) {
        let (start, items) = self.item(line, text);
        lines.push(format!("{}{}{mark}text", " ".repeat(start), trim_spaces(&line[..text])));
        *self = Self::Fenced(Fence { mark, indent: text, items });
    }

    /// The indentation of a new item, and the items up to it.
    fn item(&self, line: &str, text: usize) -> (usize, Items) {
        let own = indent(line);
        let mut items = self.items().around(own);
        let start = if own > items.text() + 3 { items.text() } else { own };
        items.0.push(text - own + start);
        (start, items)
    }

    /// Handles the delimiter row of a table, which could also be a list item.
    fn row_of_marks(&mut self, line: &str, lines: &mut Vec<String>) {
        let is_table = matches!(self, Self::Text) && is_below_head(line, lines);
        let mark = if is_table || after_mark(line).is_none() { "" } else { "\\" };
        lines.push(format!("{}{mark}{}", " ".repeat(self.items().text()), escape(trim_spaces(line))));
    }

    /// Handles a blank line or a line of a paragraph, whose indentation is removed.
    fn push_text(&mut self, line: &str, lines: &mut Vec<String>) {
        lines.push(escape(if is_indented(line) { trim_spaces(line) } else { line }));
        if !line.is_empty() {
            *self = Self::Text;
        }
    }

    /// The list items around a line.
    fn items_of(&self, line: &str, after_blank: bool) -> Items {
        if after_blank && indent(line) == 0 { Items::default() } else { self.items() }
    }

    fn items(&self) -> Items {
        if let Self::List(items) = self { items.clone() } else { Items::default() }
    }

    /// Closes an open code block.
    pub(super) fn close(&mut self, lines: &mut Vec<String>) {
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
