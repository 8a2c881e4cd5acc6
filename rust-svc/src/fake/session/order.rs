//! The order of calls across fakes.

use std::collections::{BTreeMap, BTreeSet};

use super::log::LogEntry;
use crate::{
    Method,
    fake::{CallRecord, CallShape, MethodFake},
};

/// Calls that a test expects at one place of an order, see [`Session::called_in_order`](super::Session::called_in_order).
#[derive(Clone, Debug)]
pub struct CallPattern(Vec<PatternPart>);

#[derive(Clone, Debug)]
struct PatternPart {
    label: String,
    calls: MatchingCalls,
}

#[derive(Clone, Debug)]
enum MatchingCalls {
    OfMethod(Box<Method>),
    Numbered(BTreeSet<usize>),
}

impl CallPattern {
    /// Expects these calls and `other` in any order, also at the same time.
    pub fn and(mut self, other: impl Into<Self>) -> Self {
        self.0.extend(other.into().0);
        self
    }

    fn label(&self) -> String {
        self.0.iter().map(|part| part.label.as_str()).collect::<Vec<_>>().join(" and ")
    }

    /// Returns the least number of the last call of the pattern if all its calls come after call number `last`, each its
    /// own; otherwise the label of a part that has none.
    fn find(&self, log: &[LogEntry], last: usize) -> Result<usize, &str> {
        let numbers: Vec<BTreeSet<_>> =
            self.0.iter().map(|part| part.numbers(log).filter(|number| *number > last).collect()).collect();
        let all: BTreeSet<_> = numbers.iter().flatten().copied().collect();
        let mut matching = Matching::default();
        let mut missing = BTreeSet::from_iter(0..self.0.len());
        for number in all {
            matching.add(number, &numbers, &mut missing);
            if missing.is_empty() {
                return Ok(number);
            }
        }
        missing.first().map_or(Ok(last), |part| Err(self.0[*part].label.as_str()))
    }
}

/// Calls of a log, each for one part of a pattern.
#[derive(Default)]
struct Matching {
    /// The calls so far, each with its part.
    parts: BTreeMap<usize, usize>,
}

impl Matching {
    /// Gives a call to a part that is `missing`, for which other parts may have to change their calls.
    fn add(&mut self, number: usize, numbers: &[BTreeSet<usize>], missing: &mut BTreeSet<usize>) {
        let found = missing.iter().copied().find(|part| self.assign(*part, number, numbers, &mut BTreeSet::new()));
        if let Some(part) = found {
            missing.remove(&part);
        }
    }

    /// Gives a part a call up to number `most`. `tried` are calls that have been tried for others.
    fn assign(&mut self, part: usize, most: usize, numbers: &[BTreeSet<usize>], tried: &mut BTreeSet<usize>) -> bool {
        for number in numbers[part].range(..=most).copied() {
            if !tried.insert(number) {
                continue;
            }
            let owner = self.parts.get(&number).copied();
            if owner.is_none_or(|owner| self.assign(owner, most, numbers, tried)) {
                self.parts.insert(number, part);
                return true;
            }
        }
        false
    }
}

impl PatternPart {
    fn numbers<'a>(&'a self, log: &'a [LogEntry]) -> Box<dyn Iterator<Item = usize> + 'a> {
        match &self.calls {
            MatchingCalls::Numbered(numbers) => Box::new(numbers.iter().copied()),
            MatchingCalls::OfMethod(method) => {
                Box::new(log.iter().filter(|entry| entry.fake.method.path == method.path).map(|entry| entry.number))
            }
        }
    }
}

/// A call of the method, of any fake of the session.
impl From<Method> for CallPattern {
    fn from(method: Method) -> Self {
        Self(vec![PatternPart { label: method.name().to_owned(), calls: MatchingCalls::OfMethod(Box::new(method)) }])
    }
}

impl<S: CallShape> MethodFake<S> {
    /// Returns a pattern for any call of this fake.
    pub fn any_call(&self) -> CallPattern {
        self.call_where(|_| true)
    }

    /// Returns a pattern for calls of this fake that satisfy `predicate`.
    pub fn call_where(&self, predicate: impl Fn(&CallRecord<S::Message, S::Response>) -> bool) -> CallPattern {
        let calls = self.calls();
        let numbers = calls.iter().filter(|call| predicate(call)).map(CallRecord::number).collect();
        CallPattern(vec![PatternPart { label: self.short_label(), calls: MatchingCalls::Numbered(numbers) }])
    }
}

/// Explains which pattern has no call in its place; `None` if all have.
pub(super) fn violation(patterns: &[CallPattern], log: &[LogEntry]) -> Option<String> {
    let (mut last, mut before) = (0, String::new());
    for pattern in patterns {
        match pattern.find(log, last) {
            Ok(number) => (last, before) = (number, format!(" after {}", pattern.label())),
            Err(missing) => {
                let expected: Vec<_> = patterns.iter().map(CallPattern::label).collect();
                let expected = expected.join(", then ");
                return Some(format!("expected the calls {expected}; there is no {missing}{before}"));
            }
        }
    }
    None
}
