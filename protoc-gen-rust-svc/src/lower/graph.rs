//! Cycles and reachability among messages, in linear time.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::model::Message;

/// References from each message to others, by full names.
pub(super) type Edges = BTreeMap<String, Vec<String>>;

/// The cycles of a graph: messages that reach each other have the same number.
pub(super) struct Cycles(HashMap<String, usize>);

impl Cycles {
    /// Finds the strongly connected components (Tarjan's algorithm, without recursion).
    pub(super) fn new(edges: &Edges) -> Self {
        let names: Vec<&String> = edges.keys().collect();
        let numbers: HashMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
        let targets = edges.values().map(|targets| targets.iter().filter_map(|name| numbers.get(name.as_str())));
        let targets: Vec<Vec<usize>> = targets.map(|targets| targets.copied().collect()).collect();
        let components = Search::new(&targets).components();
        Self(names.into_iter().cloned().zip(components).collect())
    }

    /// The number of the cycle that a node is in. A node in no cycle has a number of its own.
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.0.get(name).copied()
    }

    /// Whether a reference leads back to the message that has it.
    pub(super) fn contains(&self, from: &str, to: &str) -> bool {
        from == to || self.0.get(from).is_some_and(|component| self.0.get(to) == Some(component))
    }
}

/// The state of Tarjan's algorithm.
struct Search<'a> {
    targets: &'a [Vec<usize>],
    /// The order in which nodes were found.
    orders: Vec<Option<usize>>,
    /// The earliest node that each one reaches.
    lows: Vec<usize>,
    components: Vec<Option<usize>>,
    stack: Vec<usize>,
    found: usize,
}

impl<'a> Search<'a> {
    fn new(targets: &'a [Vec<usize>]) -> Self {
        let count = targets.len();
        let (orders, components) = (vec![None; count], vec![None; count]);
        Self { targets, orders, lows: vec![0; count], components, stack: Vec::new(), found: 0 }
    }

    fn components(mut self) -> Vec<usize> {
        for node in 0..self.targets.len() {
            if self.orders[node].is_none() {
                self.visit(node);
            }
        }
        self.components.into_iter().map(Option::unwrap_or_default).collect()
    }

    /// Visits all nodes that a node reaches. Each entry of the path has the number of targets that were visited.
    fn visit(&mut self, start: usize) {
        let mut path = vec![(start, 0)];
        self.enter(start);
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            let Some(target) = self.targets[node].get(*next).copied() else {
                path.pop();
                self.leave(node, path.last().map(|(outer, _)| *outer));
                continue;
            };
            *next += 1;
            match self.orders[target] {
                None => {
                    self.enter(target);
                    path.push((target, 0));
                }
                Some(order) if self.components[target].is_none() => self.lows[node] = self.lows[node].min(order),
                Some(_) => (),
            }
        }
    }

    fn enter(&mut self, node: usize) {
        self.orders[node] = Some(self.found);
        self.lows[node] = self.found;
        self.found += 1;
        self.stack.push(node);
    }

    /// Completes a node. If it is the first of its component, the component is complete.
    fn leave(&mut self, node: usize, outer: Option<usize>) {
        if self.orders[node] == Some(self.lows[node]) {
            while let Some(member) = self.stack.pop() {
                self.components[member] = Some(node);
                if member == node {
                    break;
                }
            }
        }
        if let Some(outer) = outer {
            self.lows[outer] = self.lows[outer].min(self.lows[node]);
        }
    }
}

/// Returns the messages with a property and those that refer to one of them, directly or not.
pub(super) fn holders<'a>(
    messages: &'a BTreeMap<String, Message>,
    has_property: impl Fn(&Message) -> bool,
    references: impl Fn(&'a Message) -> Vec<&'a str>,
) -> HashSet<String> {
    let mut referring: HashMap<&str, Vec<&Message>> = HashMap::new();
    for message in messages.values() {
        references(message).into_iter().for_each(|held| referring.entry(held).or_default().push(message));
    }
    let mut found = HashSet::new();
    let mut todo: Vec<&Message> = messages.values().filter(|message| has_property(message)).collect();
    while let Some(message) = todo.pop() {
        if found.insert(message.name.clone()) {
            todo.extend(referring.get(message.name.as_str()).into_iter().flatten());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Cycles, Edges};

    fn cycles(edges: &[(&str, &[&str])]) -> Cycles {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let edges: Edges = edges.iter().map(|(from, to)| ((*from).to_owned(), owned(to))).collect();
        Cycles::new(&edges)
    }

    #[test]
    fn references_within_a_cycle_lead_back() {
        let cycles = cycles(&[("a", &["b", "d"]), ("b", &["c"]), ("c", &["a", "d"]), ("d", &["d", "e"]), ("e", &[])]);
        for (from, to) in [("a", "b"), ("b", "c"), ("c", "a"), ("d", "d")] {
            assert!(cycles.contains(from, to), "{from} {to}");
        }
        for (from, to) in [("a", "d"), ("c", "d"), ("d", "e"), ("a", "unknown")] {
            assert!(!cycles.contains(from, to), "{from} {to}");
        }
    }

    #[test]
    fn a_long_chain_is_searched_without_recursion() {
        let edges: Edges = (0..100_000).map(|at| (at.to_string(), vec![(at + 1).to_string()])).collect();
        assert!(!Cycles::new(&edges).contains("0", "1"));
    }
}
