//! Comments and their lines.

use std::{borrow::Cow, fmt};

use super::{block::Block, line::sanitize_line};

/// Lines of documentation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Docs {
    lines: Vec<String>,
    /// Whether the `.proto` has the comment.
    is_written: bool,
}

impl Docs {
    /// Converts a comment, or a default text if it is empty.
    pub fn new(comment: &str, otherwise: impl FnOnce() -> String) -> Self {
        let lines = lines(comment);
        let is_written = !lines.is_empty();
        Self { lines: if is_written { lines } else { vec![otherwise()] }, is_written }
    }

    /// Prints the lines with an indentation of four.
    pub fn inner(&self) -> String {
        format!("{self:4}")
    }

    /// The lines without `///`.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }

    /// The text of the comment, if the `.proto` has one.
    pub fn written(&self) -> Option<String> {
        self.is_written.then(|| self.lines.join("\n"))
    }
}

/// Prints `///` before each line. The width of the format indents lines after the first.
impl fmt::Display for Docs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indent = " ".repeat(f.width().unwrap_or_default());
        for (index, line) in self.lines.iter().enumerate() {
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
        block.push(if is_harmless { line.to_owned() } else { sanitize_line(line) }, &mut lines);
    }
    block.close(&mut lines);
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    let start = lines.iter().position(|line| !line.is_empty()).unwrap_or(lines.len());
    lines.split_off(start)
}

#[cfg(test)]
mod tests {
    use super::Docs;

    fn docs(comment: &str) -> String {
        Docs::new(comment, || "nothing".to_owned()).lines().collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn prose_is_unchanged() {
        assert_eq!(docs(" One line.\n"), "One line.");
        assert_eq!(docs(" One.\n\n Two.\n\n"), "One.\n\nTwo.");
        assert_eq!(docs(""), "nothing");
        assert_eq!(docs(" `a[b]` and *this*"), "`a[b]` and *this*");
    }

    #[test]
    fn code_does_not_run() {
        assert_eq!(docs("   * * *\n     [x]"), "  * * *\n\\[x\\]");
        assert_eq!(docs(" # Title\n     [x]\n * ~~~ x"), "# Title\n\\[x\\]\n* ~~~text\n  ~~~");
        assert_eq!(docs(" Run:\n\n ```rust\n panic!()\n ```\n"), "Run:\n\n```text\npanic!()\n```");
        assert_eq!(docs(" Run:\n\n     panic!()\n\n More."), "Run:\n\n```text\n    panic!()\n```\n\nMore.");
        assert_eq!(docs(" in\n 10. May\n\n     panic!()"), "in\n10. May\n\n```text\n    panic!()\n```");
        assert_eq!(docs(" - in\n   10. May\n       panic!()\n 11. June"), "- in\n  10. May\n  panic!()\n11. June");
        assert_eq!(docs(" ```\n open"), "```text\nopen\n```");
        assert_eq!(docs(" - item\n\n     more of it"), "- item\n\n  more of it");
    }

    #[test]
    fn a_fence_is_indented_like_its_item() {
        assert_eq!(
            docs(" - item:\n\n       ```\n       a {\n         b\n       ```\n   more\n\n Text."),
            "- item:\n\n  ```text\n  a {\n    b\n  ```\n  more\n\nText."
        );
        assert_eq!(docs("      ```\n      a\n      ```"), "```text\na\n```");
        assert_eq!(docs(" ```\n ```rust\n a\n ```\n b"), "```text\n```rust\na\n```\nb");
    }

    #[test]
    fn lines_below_an_item_are_indented_like_it() {
        assert_eq!(
            docs(" - one\n more\n      and more\n 12. two\n   x\n\n Text."),
            "- one\n  more\n  and more\n12. two\n    x\n\nText."
        );
        assert_eq!(docs(" *   one\n more\n          - two"), "*   one\n    more\n    - two");
        assert_eq!(docs("     1) one\n *      a\n - 2.      b"), "1) one\n* a\n- 2. b");
        assert_eq!(docs(" - one\n   - two\n     more\n - three"), "- one\n  - two\n    more\n- three");
    }

    #[test]
    fn nested_items_stay_nested() {
        assert_eq!(docs("  10. one\n     - two"), " 10. one\n- two");
        assert_eq!(docs(" - one\n   - two\n     10. three\n     - four"), "- one\n  - two\n    10. three\n    - four");
        assert_eq!(docs(" - \u{a0}one\n     - two"), "- \u{a0}one\n    - two");
        assert_eq!(docs(" a | b\n - | -\n     c"), "a | b\n- | -\nc");
        assert_eq!(docs(" - | -\n     2) two"), "- | -\n  2) two");
        assert_eq!(docs(" a\n - | -\n    2) two"), "a\n\\- | -\n   2) two");
    }

    #[test]
    fn tabs_become_spaces() {
        assert_eq!(docs("\tcode()\tx"), "```text\n    code()  x\n```");
        assert_eq!(docs(" -\titem\n more\tof it"), "-   item\n    more    of it");
        assert_eq!(docs(" \u{e9}\t|"), "\u{e9}   |");
    }

    #[test]
    fn broken_links_and_html_are_escaped() {
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
    fn an_item_may_begin_with_code() {
        assert_eq!(
            docs(" * ```rust\n   panic!()\n   ```\n * two\n\n Text."),
            "* ```text\n  panic!()\n  ```\n* two\n\nText."
        );
        assert_eq!(docs(" 1. ```\n    a\n    ```\n    more"), "1. ```text\n   a\n   ```\n   more");
    }

    #[test]
    fn links_to_pages_are_kept() {
        let link = "see [the guide](https://a.example/b_c#d) and [more](http://b.example).";
        assert_eq!(docs(&format!(" {link}")), link);
        assert_eq!(docs(" - [a](https://a.example)"), "- [a](https://a.example)");
        assert_eq!(docs(" [a<b>](https://a.example)"), "[a\\<b\\>](https://a.example)");
        assert_eq!(docs(" [a](b) [Book][x.Book]"), "\\[a\\](b) \\[Book\\]\\[x.Book\\]");
        assert_eq!(docs(" [a](javascript:b)"), "\\[a\\](javascript:b)");
    }

    #[test]
    fn control_characters_are_replaced() {
        assert_eq!(docs(" a\rb"), "a\nb");
        assert_eq!(docs(" a\u{202e}b\u{0}c"), "a\u{fffd}b\u{fffd}c");
    }
}
