//! What a script of any kind may say before it answers.

use std::{fmt, future::Future, panic::Location, sync::atomic::AtomicUsize, time::Duration};

use futures::{FutureExt, TryFutureExt};

use crate::{
    Context, Error, Metadata, Result, Value,
    fake::{
        Call, Gate, MethodFake, OneRequest, Shape, Times,
        condition::Condition,
        rule::{Pause, Preface, Rule},
    },
};

/// A script in the making: for which calls, how many, after what. It counts once it says what it answers.
#[must_use = "a script counts once it says what it answers"]
pub struct Script<S: Shape> {
    pub(super) fake: MethodFake<S>,
    location: &'static Location<'static>,
    times: Option<Times>,
    preface: Preface<S>,
}

impl<S: Shape> Script<S> {
    pub(super) fn new(fake: MethodFake<S>, location: &'static Location<'static>) -> Self {
        Self { fake, location, times: None, preface: Preface::default() }
    }

    /// Only for calls with this entry of metadata.
    pub fn when_metadata(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.preface.conditions.push(Condition::metadata(key.to_owned(), value.into()));
        self
    }

    /// Only for calls whose context satisfies `predicate`.
    #[track_caller]
    pub fn when_context(mut self, predicate: impl Fn(&Context) -> bool + Send + Sync + 'static) -> Self {
        self.preface.conditions.push(Condition::context(Location::caller(), predicate));
        self
    }

    /// For so many calls: a number or a range.
    pub fn times(mut self, times: impl Into<Times>) -> Self {
        self.times = Some(times.into());
        self
    }

    /// For any number of calls.
    pub fn any_times(mut self) -> Self {
        self.times = Some(Times::ANY);
        self
    }

    /// Answers so much later.
    pub fn delay(mut self, duration: Duration) -> Self {
        self.preface.pauses.push(Pause::Time(duration));
        self
    }

    /// Answers when the gate is open.
    pub fn hold(mut self, gate: &Gate) -> Self {
        self.preface.pauses.push(Pause::Gate(gate.clone()));
        self
    }

    /// Adds an entry to the headers of the answer.
    ///
    /// # Panics
    ///
    /// If key or value may not travel: a mistake in the test.
    #[track_caller]
    pub fn header(mut self, key: &str, value: impl Into<Value>) -> Self {
        append(&mut self.preface.headers, key, value.into());
        self
    }

    /// Adds an entry to the trailers of the answer.
    ///
    /// # Panics
    ///
    /// If key or value may not travel: a mistake in the test.
    #[track_caller]
    pub fn trailer(mut self, key: &str, value: impl Into<Value>) -> Self {
        append(&mut self.preface.trailers, key, value.into());
        self
    }

    /// Fails one call, or as many as [`times`](Self::times) says.
    #[track_caller]
    pub fn fails(self, error: Error) {
        self.install(Times::ONCE, move |_| std::future::ready(Err(error.clone())));
    }

    /// Fails this many calls.
    #[track_caller]
    pub fn fails_times(self, count: usize, error: Error) {
        self.times(count).fails(error);
    }

    /// Fails any number of calls.
    #[track_caller]
    pub fn always_fails(self, error: Error) {
        self.any_times().fails(error);
    }

    /// Never answers; the call ends when it is cancelled or its deadline passes. Any number of calls, unless
    /// [`times`](Self::times) says.
    #[track_caller]
    pub fn hangs(self) {
        self.install(Times::ANY, |_| std::future::pending());
    }

    /// Puts the script in force.
    #[track_caller]
    pub(super) fn install<F, Fut>(self, default: Times, answer: F)
    where
        F: Fn(Call<S::Input>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<S::Output>> + Send + 'static,
    {
        self.fake.install(Rule {
            location: self.location,
            times: self.times.unwrap_or(default),
            used: AtomicUsize::new(0),
            preface: self.preface,
            answer: Box::new(move |call| answer(call).map_ok(Box::new).boxed()),
        });
    }
}

impl<S: OneRequest> Script<S> {
    /// Only for calls whose request satisfies `predicate`.
    #[track_caller]
    pub fn when(mut self, predicate: impl Fn(&S::Message) -> bool + Send + Sync + 'static) -> Self {
        self.preface.conditions.push(Condition::request(Location::caller(), predicate));
        self
    }

    /// Only for calls with this request. A call that comes close is explained by the fields that differ.
    pub fn when_eq(mut self, request: S::Message) -> Self
    where
        S::Message: PartialEq + Sync,
    {
        self.preface.conditions.push(Condition::equals(request));
        self
    }
}

#[track_caller]
fn append(metadata: &mut Metadata, key: &str, value: Value) {
    if let Err(error) = metadata.append(key, value) {
        panic!("{}", std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string));
    }
}

impl<S: Shape> fmt::Debug for Script<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Script({} at {})", self.fake.method().full_name(), self.location)
    }
}
