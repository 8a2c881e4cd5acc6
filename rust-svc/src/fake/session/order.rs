//! The order of calls across fakes.

use std::collections::BTreeSet;

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

    /// Returns the number of the last call of the pattern if all its calls come after call number `last`, each its own;
    /// otherwise the label of a part that does not.
    fn find(&self, log: &[LogEntry], last: usize) -> Result<usize, &str> {
        let mut taken = BTreeSet::new();
        for part in &self.0 {
            let number = part.numbers(log).find(|number| *number > last && !taken.contains(number));
            taken.insert(number.ok_or(part.label.as_str())?);
        }
        Ok(taken.last().copied().unwrap_or(last))
    }
}

impl PatternPart {
    fn numbers<'a>(&'a self, log: &'a [LogEntry]) -> Box<dyn Iterator<Item = usize> + 'a> {
        match &self.calls {
            MatchingCalls::Numbered(numbers) => Box::new(numbers.iter().copied()),
            MatchingCalls::OfMethod(method) => {
                Box::new(log.iter().filter(|entry| entry.method.path == method.path).map(|entry| entry.number))
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
