//! Incomplete scripts, which have no response yet.

use std::{fmt, future, panic::Location, sync::Arc, time::Duration};

use futures::{FutureExt, TryFutureExt, future::BoxFuture};

use super::{
    condition::Condition,
    gate::Gate,
    installed::{InstalledScript, Pause, ScriptOptions},
    location::ScriptLocation,
    times::Times,
};
use crate::{
    Context, Error, Metadata, Result, Value,
    fake::{CallShape, FakeCall, MethodFake, SingleRequest, StreamedRequests, erased::CallMessages},
};

/// An incomplete script: which calls it responds to, how many, and after what. It is in force once it has a response.
#[must_use = "a script is in force once it has a response"]
pub struct Script<S: CallShape> {
    pub(in crate::fake) fake: MethodFake<S>,
    pub(in crate::fake) location: ScriptLocation,
    times: Option<Times>,
    options: ScriptOptions,
}

impl<S: CallShape> MethodFake<S> {
    /// Begins a script for any call.
    #[track_caller]
    pub fn script(&self) -> Script<S> {
        Script {
            fake: self.clone(),
            location: ScriptLocation::caller(),
            times: None,
            options: ScriptOptions::default(),
        }
    }
}

impl<S: CallShape> Script<S> {
    /// Limits the script to calls with this entry of metadata.
    pub fn when_metadata(self, key: &str, value: impl Into<Value>) -> Self {
        self.when_met(Condition::metadata(key.to_owned(), value.into()))
    }

    /// Limits the script to calls in whose request, or first request of a stream, `differences` finds none. A call without a
    /// script is explained by those that it finds.
    pub fn when_without_differences(
        self,
        differences: impl Fn(&S::Message) -> Vec<String> + Send + Sync + 'static,
    ) -> Self {
        self.when_met(Condition::no_differences(differences))
    }

    /// Limits the script to calls whose context satisfies `predicate`.
    #[track_caller]
    pub fn when_context(self, predicate: impl Fn(&Context) -> bool + Send + Sync + 'static) -> Self {
        self.when_met(Condition::context(Location::caller(), predicate))
    }

    /// Sets the number of calls: a number or a range.
    pub fn times(mut self, times: impl Into<Times>) -> Self {
        self.times = Some(times.into());
        self
    }

    /// Sets any number of calls.
    pub fn any_times(mut self) -> Self {
        self.times = Some(Times::ANY);
        self
    }

    /// Tries the script after all others, whenever they are written. Of several, the newest comes first.
    pub fn by_default(mut self) -> Self {
        self.options.is_default = true;
        self
    }

    /// Takes requests, and gives responses, that violate the contract. Other scripts never see such requests: production
    /// refuses them before it calls a service.
    pub fn unchecked(mut self) -> Self {
        (self.options.accepts_invalid, self.options.sends_invalid) = (true, true);
        self
    }

    /// Gives responses that violate the contract.
    pub(in crate::fake) fn with_invalid_responses(mut self) -> Self {
        self.options.sends_invalid = true;
        self
    }

    /// Responds with one message that is always the same, and needs one check.
    pub(in crate::fake) fn with_fixed_response(mut self) -> Self {
        self.options.has_fixed_response = true;
        self
    }

    /// Names the place where the script is written, if it is not code: a line of a file.
    pub fn located(mut self, place: impl Into<Arc<str>>) -> Self {
        self.location = ScriptLocation::Named(place.into());
        self
    }

    /// Lets the caller leave before the end of the script; otherwise a strict session reports that.
    pub fn may_be_interrupted(mut self) -> Self {
        self.options.may_be_interrupted = true;
        self
    }

    /// Delays the response.
    pub fn delay(mut self, duration: Duration) -> Self {
        self.options.pauses.push(Pause::Time(duration));
        self
    }

    /// Holds the response until the gate lets it through.
    pub fn hold(mut self, gate: &Gate) -> Self {
        self.fake.attach(gate);
        self.options.pauses.push(Pause::Gate(gate.clone()));
        self
    }

    /// Adds an entry to the response headers.
    ///
    /// # Panics
    ///
    /// If key or value are not valid metadata: a mistake in the test.
    #[track_caller]
    pub fn header(mut self, key: &str, value: impl Into<Value>) -> Self {
        append(&mut self.options.headers, key, value.into());
        self
    }

    /// Adds an entry to the response trailers.
    ///
    /// # Panics
    ///
    /// If key or value are not valid metadata: a mistake in the test.
    #[track_caller]
    pub fn trailer(mut self, key: &str, value: impl Into<Value>) -> Self {
        append(&mut self.options.trailers, key, value.into());
        self
    }

    /// Fails one call, or as many as [`times`](Self::times) sets.
    #[track_caller]
    pub fn fails(self, error: impl Into<Error>) {
        let error = error.into();
        self.install(Times::ONCE, move |_| future::ready(Err(error.clone())));
    }

    /// Fails this many calls.
    #[track_caller]
    pub fn fails_times(self, count: usize, error: impl Into<Error>) {
        self.times(count).fails(error);
    }

    /// Fails any number of calls.
    #[track_caller]
    pub fn always_fails(self, error: impl Into<Error>) {
        self.any_times().fails(error);
    }

    /// Passes one call on, or as many as [`times`](Self::times) sets, and fails it after it was carried out: a stream after
    /// its last message. The caller cannot know whether it was.
    ///
    /// # Panics
    ///
    /// If the fake is no spy.
    #[track_caller]
    pub fn fails_afterwards(self, error: impl Into<Error>) {
        let forward = self.fake.forward();
        let forward = forward.unwrap_or_else(|| panic!("{} is no spy: it passes no calls on", self.fake.label()));
        let error = error.into();
        self.install_erased(Times::ONCE, move |input, call| {
            call.run.complete();
            let (error, forward) = (error.clone(), forward.clone());
            Box::pin(async move { forward(call.context().clone(), input).await?.fail_after(error) })
        });
    }

    /// Never responds: a call ends when it is cancelled or its deadline passes. For any number of calls, or as many as
    /// [`times`](Self::times) sets.
    #[track_caller]
    pub fn hangs(self) {
        self.install_handler(|_| future::pending());
    }

    fn when_met(mut self, condition: Condition) -> Self {
        self.options.conditions.push(condition);
        self
    }

    /// Puts the script in force with a response of the test's code, which may end at any time.
    #[track_caller]
    pub(in crate::fake) fn install_handler<F, Fut>(self, handler: F)
    where
        F: Fn(FakeCall<S::Input>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<S::Output>> + Send + 'static,
    {
        self.install(Times::ANY, move |call| {
            call.run.complete();
            handler(call)
        });
    }

    /// Puts the script in force, and returns it with its fake.
    #[track_caller]
    pub(in crate::fake) fn install<F, Fut>(self, default: Times, respond: F) -> (MethodFake<S>, Arc<InstalledScript>)
    where
        F: Fn(FakeCall<S::Input>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<S::Output>> + Send + 'static,
    {
        self.install_erased(default, move |input, call| {
            respond(call.with_request(S::restore_input(input))).map_ok(S::erase_output).boxed()
        })
    }

    #[track_caller]
    fn install_erased(
        self,
        default: Times,
        respond: impl Fn(CallMessages, FakeCall<()>) -> BoxFuture<'static, Result<CallMessages>> + Send + Sync + 'static,
    ) -> (MethodFake<S>, Arc<InstalledScript>) {
        let times = self.times.unwrap_or(default);
        let script = InstalledScript::new(self.location, times, self.options, Box::new(respond));
        let script = self.fake.install(script);
        (self.fake, script)
    }
}

impl<S: SingleRequest> Script<S> {
    /// Limits the script to calls whose request satisfies `predicate`.
    #[track_caller]
    pub fn when(self, predicate: impl Fn(&S::Message) -> bool + Send + Sync + 'static) -> Self {
        self.when_met(Condition::request("when", Location::caller(), predicate))
    }

    /// Limits the script to calls with this request. A call without a script is explained by the fields that differ.
    pub fn when_eq(self, request: S::Message) -> Self
    where
        S::Message: PartialEq + Sync,
    {
        self.when_met(Condition::equals(request))
    }

    /// Limits the script to calls whose request has this value in the field that `field` returns. `name` is for
    /// failures.
    ///
    /// ```
    /// # use rust_svc::{Method, fake::{Session, Unary}};
    /// # #[derive(Clone, Debug)] struct Request { product_id: String, quantity: u32 }
    /// # let reserve: Unary<Request, u32> = Session::lenient().fake(Method::unary("/inventory.v1.InventoryService/Reserve"));
    /// reserve.when_field("quantity", |request| &request.quantity, 2).always(1);
    /// ```
    pub fn when_field<T>(
        self,
        name: &'static str,
        field: impl for<'a> Fn(&'a S::Message) -> &'a T + Send + Sync + 'static,
        value: T,
    ) -> Self
    where
        T: PartialEq + fmt::Debug + Send + Sync + 'static,
    {
        self.when_met(Condition::field(name, field, value))
    }
}

impl<S: StreamedRequests> Script<S> {
    /// Limits the script to calls whose first request satisfies `predicate`. The call waits for that request before any
    /// script after this one is tried.
    #[track_caller]
    pub fn when_first(self, predicate: impl Fn(&S::Message) -> bool + Send + Sync + 'static) -> Self {
        self.when_met(Condition::request("when_first", Location::caller(), predicate))
    }
}

#[track_caller]
fn append(metadata: &mut Metadata, key: &str, value: Value) {
    if let Err(error) = metadata.append(key, value) {
        panic!("{}", std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string));
    }
}

impl<S: CallShape> fmt::Debug for Script<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Script({} at {})", self.fake.method(), self.location)
    }
}
