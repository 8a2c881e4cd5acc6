//! One change, and whom it breaks.

use crate::diagnostics::Position;

/// Something that is otherwise than it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where it can be seen.
    pub place: Place,
    /// What is otherwise.
    pub what: String,
    /// What follows from it, and what to do. Empty where that is plain.
    pub help: String,
    /// To code that uses what is generated.
    pub rust: Effect,
    /// To peers that have the other contract.
    pub wire: Effect,
    /// To callers over HTTP, in JSON.
    pub http: Effect,
}

/// What a change does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effect {
    /// All goes on as before.
    #[default]
    Safe,
    /// Something does not work any more.
    Breaking,
}

/// Where a change can be seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In the contract as it is.
    After(Position),
    /// Only in the contract as it was.
    Before(Position),
}

impl Change {
    /// A change that breaks nothing.
    pub(super) fn new(place: Place, what: impl Into<String>) -> Self {
        Self {
            place,
            what: what.into(),
            help: String::new(),
            rust: Effect::Safe,
            wire: Effect::Safe,
            http: Effect::Safe,
        }
    }

    /// A change that can be seen in the contract as it is.
    pub(super) fn at(position: &Position, what: impl Into<String>) -> Self {
        Self::new(Place::After(position.clone()), what)
    }

    /// It breaks code.
    pub(super) fn rust(mut self, breaks: bool) -> Self {
        self.rust = self.rust.or(breaks);
        self
    }

    /// It breaks peers.
    pub(super) fn wire(mut self, breaks: bool) -> Self {
        self.wire = self.wire.or(breaks);
        self
    }

    /// It breaks callers over HTTP.
    pub(super) fn http(mut self, breaks: bool) -> Self {
        self.http = self.http.or(breaks);
        self
    }

    /// What follows.
    pub(super) fn help(mut self, help: &str) -> Self {
        if self.help.is_empty() {
            self.help = help.to_owned();
        }
        self
    }

    /// One more thing that is otherwise with the same element.
    pub(super) fn and(mut self, what: &str) -> Self {
        self.what = if self.what.is_empty() { what.to_owned() } else { format!("{}; {what}", self.what) };
        self
    }

    /// Whose name is put before what is otherwise, if anything is.
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

    /// As it is printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Breaking => "breaking",
        }
    }
}
