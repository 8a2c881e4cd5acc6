//! Scripts that begin at the fake of a method.

use std::{fmt, time::Duration};

use super::{builder::Script, gate::Gate, times::Times};
use crate::{
    Context, Error, Value,
    fake::{CallShape, MethodFake, SingleRequest, StreamedRequests},
};

/// Scripts. Each function begins one for any call and goes on as that of [`Script`].
impl<S: CallShape> MethodFake<S> {
    /// Begins a script for calls with this entry of metadata.
    #[track_caller]
    pub fn when_metadata(&self, key: &str, value: impl Into<Value>) -> Script<S> {
        self.script().when_metadata(key, value)
    }

    /// Begins a script for calls whose context satisfies `predicate`.
    #[track_caller]
    pub fn when_context(&self, predicate: impl Fn(&Context) -> bool + Send + Sync + 'static) -> Script<S> {
        self.script().when_context(predicate)
    }

    /// Begins a script for this many calls: a number or a range.
    #[track_caller]
    pub fn times(&self, times: impl Into<Times>) -> Script<S> {
        self.script().times(times)
    }

    /// Begins a script for any number of calls.
    #[track_caller]
    pub fn any_times(&self) -> Script<S> {
        self.script().any_times()
    }

    /// Begins a script that is tried after all others, whenever they are written.
    #[track_caller]
    pub fn by_default(&self) -> Script<S> {
        self.script().by_default()
    }

    /// Begins a script that takes and gives messages that violate the contract, see [`Script::unchecked`].
    #[track_caller]
    pub fn unchecked(&self) -> Script<S> {
        self.script().unchecked()
    }

    /// Begins a script whose caller may leave before its end.
    #[track_caller]
    pub fn may_be_interrupted(&self) -> Script<S> {
        self.script().may_be_interrupted()
    }

    /// Begins a script that responds later.
    #[track_caller]
    pub fn delay(&self, duration: Duration) -> Script<S> {
        self.script().delay(duration)
    }

    /// Begins a script that responds when the gate lets it through.
    #[track_caller]
    pub fn hold(&self, gate: &Gate) -> Script<S> {
        self.script().hold(gate)
    }

    /// Begins a script with an entry in the response headers.
    #[track_caller]
    pub fn header(&self, key: &str, value: impl Into<Value>) -> Script<S> {
        self.script().header(key, value)
    }

    /// Begins a script with an entry in the response trailers.
    #[track_caller]
    pub fn trailer(&self, key: &str, value: impl Into<Value>) -> Script<S> {
        self.script().trailer(key, value)
    }

    /// Fails one call.
    #[track_caller]
    pub fn fails(&self, error: impl Into<Error>) {
        self.script().fails(error);
    }

    /// Fails this many calls.
    #[track_caller]
    pub fn fails_times(&self, count: usize, error: impl Into<Error>) {
        self.script().fails_times(count, error);
    }

    /// Fails any number of calls.
    #[track_caller]
    pub fn always_fails(&self, error: impl Into<Error>) {
        self.script().always_fails(error);
    }

    /// Passes one call on and fails it after it was carried out, see [`Script::fails_afterwards`].
    #[track_caller]
    pub fn fails_afterwards(&self, error: impl Into<Error>) {
        self.script().fails_afterwards(error);
    }

    /// Never responds: a call ends when it is cancelled or its deadline passes.
    #[track_caller]
    pub fn hangs(&self) {
        self.script().hangs();
    }
}

/// Scripts that depend on the request.
impl<S: SingleRequest> MethodFake<S> {
    /// Begins a script for calls whose request satisfies `predicate`.
    #[track_caller]
    pub fn when(&self, predicate: impl Fn(&S::Message) -> bool + Send + Sync + 'static) -> Script<S> {
        self.script().when(predicate)
    }

    /// Begins a script for calls with this request.
    #[track_caller]
    pub fn when_eq(&self, request: S::Message) -> Script<S>
    where
        S::Message: PartialEq + Sync,
    {
        self.script().when_eq(request)
    }

    /// Begins a script for calls whose request has this value in a field, see [`Script::when_field`].
    #[track_caller]
    pub fn when_field<T>(
        &self,
        name: &'static str,
        field: impl for<'a> Fn(&'a S::Message) -> &'a T + Send + Sync + 'static,
        value: T,
    ) -> Script<S>
    where
        T: PartialEq + fmt::Debug + Send + Sync + 'static,
    {
        self.script().when_field(name, field, value)
    }
}

/// Scripts that depend on the first request.
impl<S: StreamedRequests> MethodFake<S> {
    /// Begins a script for calls whose first request satisfies `predicate`.
    #[track_caller]
    pub fn when_first(&self, predicate: impl Fn(&S::Message) -> bool + Send + Sync + 'static) -> Script<S> {
        self.script().when_first(predicate)
    }
}
