//! Values read from their `Debug` form, which all messages have.

use std::{fmt::Debug, iter::Peekable, str::Chars};

/// A value as its `Debug` form shows it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    /// A number, text, name or anything else without parts.
    Leaf(String),
    /// Named fields: `Name { field: value }`.
    Struct(String, Vec<(String, Tree)>),
    /// Unnamed fields: `Name(value)` or `(value, value)`.
    Tuple(String, Vec<Tree>),
    /// `[value, value]`.
    List(Vec<Tree>),
    /// `{key: value}` in the order of the keys, so that maps compare whatever their iteration order.
    Map(Vec<(String, Tree)>),
    /// `{value, value}` in order.
    Set(Vec<Tree>),
}

impl Tree {
    /// Reads the `Debug` form of a value. A form that it does not know becomes a leaf.
    pub(super) fn of(value: &impl Debug) -> Self {
        let text = format!("{value:?}");
        let mut reader = Reader { rest: text.chars().peekable() };
        reader.value().filter(|_| reader.rest.peek().is_none()).unwrap_or(Self::Leaf(text))
    }

    /// Unwraps `Some(value)`, so that it equals the value.
    fn some(self) -> Self {
        match self {
            Self::Tuple(name, mut parts) if name == "Some" && parts.len() == 1 => {
                parts.pop().unwrap_or(Self::Leaf(name))
            }
            other => other,
        }
    }

    /// Returns the value in one line, as `Debug` shows it but in order.
    pub(super) fn text(&self) -> String {
        let list = |parts: &[Self]| parts.iter().map(Self::text).collect::<Vec<_>>().join(", ");
        let pairs = |parts: &[(String, Self)]| {
            parts.iter().map(|(key, value)| format!("{key}: {}", value.text())).collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::Leaf(text) => text.clone(),
            Self::Struct(name, fields) => format!("{name} {{ {} }}", pairs(fields)),
            Self::Tuple(name, parts) => format!("{name}({})", list(parts)),
            Self::List(parts) => format!("[{}]", list(parts)),
            Self::Map(entries) => format!("{{{}}}", pairs(entries)),
            Self::Set(parts) => format!("{{{}}}", list(parts)),
        }
    }
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
}

impl Reader<'_> {
    fn value(&mut self) -> Option<Tree> {
        let tree = match self.rest.peek()? {
            '[' => Tree::List(self.values('[', ']')?),
            '(' => Tree::Tuple(String::new(), self.values('(', ')')?),
            '{' => self.map()?,
            '"' | '\'' => Tree::Leaf(self.quoted()?),
            _ => self.named()?,
        };
        Some(tree.some())
    }

    /// Returns a name or number, with parts or without.
    fn named(&mut self) -> Option<Tree> {
        let mut name = String::new();
        while let Some(next) = self.rest.peek().copied() {
            match next {
                '(' => return Some(Tree::Tuple(name, self.values('(', ')')?)),
                '"' => name.push_str(&self.quoted()?),
                '{' if name.ends_with(' ') => return Some(Tree::Struct(name.trim().to_owned(), self.fields()?)),
                ',' | ')' | ']' | '}' => break,
                ':' if self.is_key_end() => break,
                _ => name.extend(self.rest.next()),
            }
        }
        (!name.trim().is_empty()).then(|| Tree::Leaf(name.trim().to_owned()))
    }

    /// Returns whether a colon ends a key, rather than being a part of a path or of a time.
    fn is_key_end(&self) -> bool {
        let mut after = self.rest.clone();
        after.next();
        after.peek() == Some(&' ')
    }

    fn fields(&mut self) -> Option<Vec<(String, Tree)>> {
        let mut fields = Vec::new();
        self.expect('{')?;
        loop {
            self.skip_space();
            if self.rest.peek() == Some(&'}') {
                self.rest.next();
                return Some(fields);
            }
            let name = self.until(&[':', '}'])?;
            // `..` is for fields that are left out.
            if name.trim() == ".." {
                continue;
            }
            self.expect(':')?;
            self.skip_space();
            fields.push((name.trim().to_owned(), self.value()?));
            self.separator();
        }
    }

    fn map(&mut self) -> Option<Tree> {
        self.expect('{')?;
        let (mut entries, mut values) = (Vec::new(), Vec::new());
        loop {
            self.skip_space();
            if self.rest.peek() == Some(&'}') {
                self.rest.next();
                break;
            }
            let value = self.value()?;
            if self.rest.peek() == Some(&':') {
                self.rest.next();
                self.skip_space();
                entries.push((value.text(), self.value()?));
            } else {
                values.push(value);
            }
            self.separator();
        }
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        values.sort_by_key(Tree::text);
        Some(if values.is_empty() { Tree::Map(entries) } else { Tree::Set(values) })
    }

    fn values(&mut self, open: char, close: char) -> Option<Vec<Tree>> {
        let mut values = Vec::new();
        self.expect(open)?;
        loop {
            self.skip_space();
            if self.rest.peek() == Some(&close) {
                self.rest.next();
                return Some(values);
            }
            values.push(self.value()?);
            self.separator();
        }
    }

    /// Returns a text or character with its quotes and escapes.
    fn quoted(&mut self) -> Option<String> {
        let quote = self.rest.next()?;
        let mut text = String::from(quote);
        loop {
            let next = self.rest.next()?;
            text.push(next);
            match next {
                '\\' => text.push(self.rest.next()?),
                _ if next == quote => return Some(text),
                _ => {}
            }
        }
    }

    fn until(&mut self, ends: &[char]) -> Option<String> {
        let mut text = String::new();
        while !ends.contains(self.rest.peek()?) {
            text.extend(self.rest.next());
        }
        Some(text)
    }

    fn expect(&mut self, character: char) -> Option<()> {
        self.rest.next_if_eq(&character).map(|_| ())
    }

    fn separator(&mut self) {
        self.rest.next_if_eq(&',');
    }

    fn skip_space(&mut self) {
        while self.rest.next_if(|next| next.is_whitespace()).is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet, HashMap};

    use super::Tree;

    fn leaf(text: &str) -> Tree {
        Tree::Leaf(text.into())
    }

    #[derive(Debug)]
    #[allow(dead_code, reason = "its Debug form is read")]
    struct Order {
        id: &'static str,
        items: Vec<(u32, f64)>,
        labels: BTreeMap<&'static str, Option<i32>>,
        tags: BTreeSet<char>,
        payment: Option<Payment>,
    }

    #[derive(Debug)]
    #[allow(dead_code, reason = "its Debug form is read")]
    enum Payment {
        Card(&'static str),
        Cash,
        Split { parts: u8 },
    }

    #[test]
    fn structs_lists_maps_sets_and_variants_are_read() {
        let order = Order {
            id: "a\"}, b",
            items: vec![(1, -1.5)],
            labels: BTreeMap::from([("k: {", Some(3)), ("l", None)]),
            tags: BTreeSet::from([',', 'x']),
            payment: Some(Payment::Card("visa")),
        };
        let field = |name: &str, value| (name.to_owned(), value);
        let expected = Tree::Struct(
            "Order".into(),
            vec![
                field("id", leaf(r#""a\"}, b""#)),
                field("items", Tree::List(vec![Tree::Tuple(String::new(), vec![leaf("1"), leaf("-1.5")])])),
                field("labels", Tree::Map(vec![field("\"k: {\"", leaf("3")), field("\"l\"", leaf("None"))])),
                field("tags", Tree::Set(vec![leaf("','"), leaf("'x'")])),
                field("payment", Tree::Tuple("Card".into(), vec![leaf("\"visa\"")])),
            ],
        );
        assert_eq!(Tree::of(&order), expected);
    }

    #[test]
    fn forms_without_parts_are_leaves() {
        assert_eq!(Tree::of(&Payment::Cash), leaf("Cash"));
        assert_eq!(Tree::of(&format_args!("2024-01-02T03:04:05Z")), leaf("2024-01-02T03:04:05Z"));
        assert_eq!(Tree::of(&format_args!("b\"\\x00,\"")), leaf("b\"\\x00,\""));
        assert_eq!(Tree::of(&format_args!("1.5s")), leaf("1.5s"));
        assert_eq!(Tree::of(&format_args!("{{ unbalanced")), leaf("{ unbalanced"));
        assert_eq!(Tree::of(&format_args!("a, b")), leaf("a, b"));
        assert_eq!(Tree::of(&()), Tree::Tuple(String::new(), vec![]));
    }

    #[test]
    fn maps_are_alike_whatever_their_iteration_order() {
        let of = |keys: [u32; 9]| Tree::of(&HashMap::from(keys.map(|key| (key, key))));
        assert_eq!(of([1, 2, 3, 4, 5, 6, 7, 8, 9]), of([9, 8, 7, 6, 5, 4, 3, 2, 1]));
    }

    #[test]
    fn a_struct_variant_has_fields() {
        let fields = vec![("parts".to_owned(), leaf("2"))];
        assert_eq!(Tree::of(&Payment::Split { parts: 2 }), Tree::Struct("Split".into(), fields));
    }
}
