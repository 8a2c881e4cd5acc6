//! A change and its effects.

use crate::diagnostics::Position;

/// A change of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The position.
    pub place: ChangePosition,
    /// A description of the change.
    pub what: String,
    /// The consequence, or how to adapt. May be empty.
    pub help: String,
    /// The effect on code that uses generated code.
    pub rust: Effect,
    /// The effect on gRPC peers with the other version.
    pub wire: Effect,
    /// The effect on callers over HTTP and JSON.
    pub http: Effect,
}

/// The effect of a change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effect {
    /// Nothing breaks.
    #[default]
    Safe,
    /// Something stops working.
    Breaking,
}

/// The contract that a position refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangePosition {
    /// The new contract.
    After(Position),
    /// The old contract.
    Before(Position),
}

impl Change {
    /// Creates a change without effects.
    pub(super) fn new(place: ChangePosition, what: impl Into<String>) -> Self {
        Self {
            place,
            what: what.into(),
            help: String::new(),
            rust: Effect::Safe,
            wire: Effect::Safe,
            http: Effect::Safe,
        }
    }

    /// Creates a change at a position of the new contract.
    pub(super) fn at(position: &Position, what: impl Into<String>) -> Self {
        Self::new(ChangePosition::After(position.clone()), what)
    }

    /// Records whether it breaks code.
    pub(super) fn rust(mut self, breaks: bool) -> Self {
        self.rust = self.rust.or(breaks);
        self
    }

    /// Records whether it breaks peers.
    pub(super) fn wire(mut self, breaks: bool) -> Self {
        self.wire = self.wire.or(breaks);
        self
    }

    /// Records whether it breaks callers over HTTP.
    pub(super) fn http(mut self, breaks: bool) -> Self {
        self.http = self.http.or(breaks);
        self
    }

    /// Adds help, unless there is some.
    pub(super) fn help(mut self, help: &str) -> Self {
        if self.help.is_empty() {
            self.help = help.to_owned();
        }
        self
    }

    /// Appends another difference of the same element.
    pub(super) fn and(mut self, what: &str) -> Self {
        self.what = if self.what.is_empty() { what.to_owned() } else { format!("{}; {what}", self.what) };
        self
    }

    /// Prefixes the name of the element to a change that is not empty.
    pub(super) fn of(mut self, element: &str) -> Self {
        if !self.what.is_empty() {
            self.what = format!("{element}: {}", self.what);
        }
        self
    }
}

impl Effect {
    fn or(self, breaks: bool) -> Self {
        if breaks { Self::Breaking } else { self }
    }

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Breaking => "breaking",
        }
    }
}
