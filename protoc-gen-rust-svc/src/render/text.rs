//! Tokens to text, as a person would set it out.
//!
//! What fits in a line is a line. What does not, and what holds statements, items or arms, is broken at its last
//! bracket, an element a line. It knows the Rust that is printed here, not all there is.

mod node;
mod read;
mod space;

pub(super) use self::node::{Brackets, Kind, Node};
use self::read::Reader;
use super::Unprintable;

/// How long a line may be.
const WIDTH: usize = 120;

/// How far an element is set in from what it stands in.
const INDENT: &str = "    ";

/// The text of code, set out. Fails if it leaves a quote or a bracket open.
pub(super) fn of(code: &str) -> Result<String, Unprintable> {
    set_out(code, false, |item| item)
}

/// The text of what prost-build made, each of its items changed.
///
/// A feature that any crate of a build may turn on lets it set out its code, and break what is long into lines that end
/// with a comma each.
pub(super) fn of_prost<'a>(
    code: &'a str,
    change: impl Fn(Vec<Node<'a>>) -> Vec<Node<'a>>,
) -> Result<String, Unprintable> {
    let is_set_out = ["(\n", "<\n"].iter().any(|broken| code.contains(broken));
    set_out(code, is_set_out, change)
}

/// An item at a time, so that few nodes are held.
fn set_out<'a>(
    code: &'a str,
    has_last_commas: bool,
    change: impl Fn(Vec<Node<'a>>) -> Vec<Node<'a>>,
) -> Result<String, Unprintable> {
    let mut text = Text { out: String::with_capacity(code.len() + code.len() / 4), start: 0 };
    let mut reader = Reader::new(code, has_last_commas);
    loop {
        let item = reader.item()?;
        if item.is_empty() {
            return Ok(text.out);
        }
        text.element(&change(item), 0);
        text.out.push('\n');
    }
}

struct Text {
    out: String,
    /// Where the last line starts.
    start: usize,
}

impl Text {
    /// An element with the docs and attributes above it, at the start of a line.
    fn element(&mut self, nodes: &[Node<'_>], indent: usize) {
        let above = nodes.iter().take_while(|node| node.is_line()).count();
        for node in &nodes[..above] {
            self.start(indent);
            self.flat(std::slice::from_ref(node));
            self.out.push('\n');
        }
        self.start(indent);
        self.nodes(&nodes[above..], indent, 0);
    }

    /// Nodes from here on, with room behind them for so many columns.
    fn nodes(&mut self, nodes: &[Node<'_>], indent: usize, room: usize) {
        if node::width(nodes).is_some_and(|width| self.column() + width + room <= WIDTH) {
            return self.flat(nodes);
        }
        let block = nodes.iter().rposition(Node::must_break);
        let calls = calls(nodes);
        match block.or_else(|| nodes.iter().rposition(Node::can_break)) {
            Some(_) if block.is_none() && calls.len() > 1 => self.chain(nodes, &calls, indent),
            Some(last) => self.broken(nodes, last, indent),
            None => self.flat(nodes),
        }
    }

    /// Nodes with a line for each of these calls.
    fn chain(&mut self, nodes: &[Node<'_>], calls: &[usize], indent: usize) {
        let ends = calls.iter().copied().skip(1).chain([nodes.len()]);
        self.flat(&nodes[..calls[0]]);
        for (start, end) in calls.iter().copied().zip(ends) {
            self.out.push('\n');
            self.start(indent + 1);
            self.nodes(&nodes[start..end], indent + 1, 0);
        }
    }

    /// Nodes of which the group at `last` is broken.
    fn broken(&mut self, nodes: &[Node<'_>], last: usize, indent: usize) {
        let Kind::Group(brackets, inner) = &nodes[last].kind else { return self.flat(nodes) };
        let (open, close) = (brackets.open(), brackets.close());
        let is_block = *brackets == Brackets::Braces;
        self.nodes(&nodes[..last], indent, open.len() + usize::from(nodes[last].space));
        self.space(nodes[last].space && last > 0);
        self.out.push_str(open);
        if !is_block && ends_in_block(inner) {
            self.nodes(inner, indent, close.len());
        } else {
            self.elements(&elements(inner, is_block), indent + 1);
            self.start(indent);
        }
        self.out.push_str(close);
        let rest = &nodes[last + 1..];
        self.space(rest.first().is_some_and(|first| first.space));
        self.nodes(rest, indent, 0);
    }

    /// Elements, a line each. The last has a comma if the first has one.
    fn elements(&mut self, elements: &[&[Node<'_>]], indent: usize) {
        let ends = |element: &[Node<'_>]| element.last().is_some_and(|last| last.is(","));
        let is_list = elements.first().is_some_and(|first| ends(first));
        self.out.push('\n');
        for element in elements {
            self.element(element, indent);
            if is_list && !ends(element) {
                self.out.push(',');
            }
            self.out.push('\n');
        }
    }

    /// Nodes on this line.
    fn flat(&mut self, nodes: &[Node<'_>]) {
        for (index, node) in nodes.iter().enumerate() {
            self.space(node.space && index > 0);
            match &node.kind {
                Kind::Word(text) | Kind::Docs(text) => self.out.push_str(text),
                Kind::Operator(text) => self.out.push_str(text),
                Kind::Attribute(inner) => self.enclosed("#[", inner, "]"),
                Kind::Group(brackets, inner) => self.group(*brackets, inner),
            }
        }
    }

    fn group(&mut self, brackets: Brackets, inner: &[Node<'_>]) {
        let inner = node::without_last_comma(brackets, inner);
        match brackets {
            Brackets::Braces if !inner.is_empty() => self.enclosed("{ ", inner, " }"),
            _ => self.enclosed(brackets.open(), inner, brackets.close()),
        }
    }

    fn enclosed(&mut self, open: &str, inner: &[Node<'_>], close: &str) {
        self.out.push_str(open);
        self.flat(inner);
        self.out.push_str(close);
    }

    /// A new line, set in so many times.
    fn start(&mut self, indent: usize) {
        self.start = self.out.len();
        self.out.extend(std::iter::repeat_n(INDENT, indent));
    }

    /// How long the last line is.
    fn column(&self) -> usize {
        self.out.len() - self.start
    }

    fn space(&mut self, is_needed: bool) {
        if is_needed {
            self.out.push(' ');
        }
    }
}

/// What stands between brackets: each with its comma or semicolon, or up to the end of its block.
fn elements<'n, 'a>(nodes: &'n [Node<'a>], has_blocks: bool) -> Vec<&'n [Node<'a>]> {
    let mut elements = Vec::new();
    let (mut start, mut angles) = (0, 0_usize);
    for (index, node) in nodes.iter().enumerate() {
        match &node.kind {
            Kind::Operator("<") => angles += 1,
            Kind::Operator(">") => angles = angles.saturating_sub(1),
            _ => (),
        }
        let ends = (node.is(",") && angles == 0) || node.is(";");
        let next = nodes.get(index + 1);
        let ends_block = has_blocks && node.is_block() && next.is_some_and(Node::begins);
        if ends || ends_block || next.is_none() {
            elements.push(&nodes[start..=index]);
            start = index + 1;
            angles = 0;
        }
    }
    elements
}

/// Where calls of methods begin, but for one of something short.
fn calls(nodes: &[Node<'_>]) -> Vec<usize> {
    let is_call = |at: &usize| nodes[*at].is(".") && nodes.get(at + 2).is_some_and(|node| node.is_in(Brackets::Round));
    let is_short = |at: usize| at < 2 || !nodes[at - 2].is(".") && !nodes[at - 1].is_in(Brackets::Round);
    let calls: Vec<_> = (0..nodes.len()).filter(is_call).collect();
    let first = calls.first().is_some_and(|first| is_short(*first));
    calls[usize::from(first)..].to_vec()
}

/// Whether there is a block at the end that can be broken alone, so that it needs no lines around it.
fn ends_in_block(inner: &[Node<'_>]) -> bool {
    let Some((last, rest)) = inner.split_last() else { return false };
    last.is_block() && last.can_break() && node::width(rest).is_some()
}

#[cfg(test)]
mod tests {
    use super::of;

    /// What is printed, set out as it is in the source of this test.
    #[track_caller]
    fn check(expected: &str) {
        let indent = expected.lines().nth(1).map_or(0, |line| line.len() - line.trim_start().len());
        let expected: Vec<_> = expected.lines().skip(1).map(|line| line.get(indent..).unwrap_or_default()).collect();
        let expected = expected.join("\n");
        assert_eq!(of(&expected).expect("Rust"), expected);
    }

    #[test]
    fn items() {
        check(
            r#"
            use ::rust_svc as svc;
            pub mod order {
                /// An "order" \ of things.
                #[derive(Clone, Copy, Debug)]
                #[prost(enumeration = "Kind", optional, tag = "1")]
                pub struct Order {
                    pub entries: ::std::collections::BTreeMap<String, Vec<u8>>,
                    pub r#type: [&'static str; 3],
                }
                pub enum Kind {
                    Held,
                    Unrecognized(i32),
                    Negative = -1,
                }
                pub struct Empty {}
            }
            "#,
        );
    }

    #[test]
    fn functions() {
        check(
            r#"
            impl svc::Message for super::Item {
                const NAME: &'static str = "a.Item";
                type Wire = super::pb::Item;
                fn read(wire: Self::Wire, violations: &mut svc::Violations) -> Option<Self> {
                    let id = violations.non_empty("id", wire.id);
                    Some(Self { id: id?, kind: (*wire.kind).into() })
                }
                fn number(self) -> i32 {
                    match self {
                        Self::Held => 1,
                        Self::Negative | Self::Other => -1,
                        Self::Unrecognized(number) => number,
                    }
                }
                fn fmt(&self, f: &mut Formatter<'_>) -> Result<(), Vec<Error>> {}
            }
            "#,
        );
    }

    #[test]
    fn what_is_too_long() {
        check(
            r#"
            fn a() {
                Some(match wire {
                    Some(A::B(it)) => out.member("a", "a", it),
                    None => return None,
                });
                Some(Self {
                    available_in_the_warehouse: self.available_in_the_warehouse,
                    available_elsewhere: self.available_elsewhere,
                });
                entries: self.entries.into_iter().map(|(key, value)| (key, svc::Message::into_wire(value))).collect();
                reservations_by_warehouse: self.reservations_by_warehouse
                    .into_iter()
                    .map(|(key, value)| (key, svc::Message::into_wire(value)))
                    .collect();
                f.debug_struct("Reservation")
                    .field("reservation_id", &self.reservation_id)
                    .field("card_number", &format_args!("[redacted]"))
                    .finish();
                let products = violations.present("products_that_are_missing", wire.products_that_are_missing).and_then(
                    |products| products.checked(),
                    products,
                );
            }
            "#,
        );
    }
}
