//! The response to a call.

use std::sync::{Arc, OnceLock};

use crate::{
    Code, Context, Error, Result,
    fake::{
        CallShape, MethodFake,
        call::{FailureReporter, InFlightCall},
        lock::lock,
        script::InstalledScript,
        text::miss::Miss,
    },
};

/// Responses.
impl<S: CallShape> MethodFake<S> {
    /// Records the arrival of a call.
    pub(in crate::fake) fn begin(&self, cx: Context) -> InFlightCall<S::Message, S::Response> {
        let state = self.get();
        let cx = match state.method.timeout {
            Some(timeout) if state.method.kind.returns_one() => cx.with_timeout(timeout),
            _ => cx,
        };
        let end = Arc::<OnceLock<_>>::default();
        let (number, nth, record) = state.add_record(&cx, &end);
        let (label, session) = (state.label.clone(), state.session.clone());
        let reporter = FailureReporter { label, number, member: state.member, state: session };
        let counters = (state.running.clone(), &state.gauge);
        InFlightCall::new(state.method, cx, nth, (record, end), reporter, counters)
    }

    /// Responds as the scripts say, unless the call is over before.
    pub(in crate::fake) async fn respond(
        &self,
        call: &InFlightCall<S::Message, S::Response>,
        input: Box<S::Input>,
    ) -> Result<Box<S::Output>> {
        call.run(self.play_with_fault(call, input)).await
    }

    /// Responds as the scripts say, unless a sweep fails the call.
    async fn play_with_fault(
        &self,
        call: &InFlightCall<S::Message, S::Response>,
        input: Box<S::Input>,
    ) -> Result<Box<S::Output>> {
        let injection = self.get().session.injection.get();
        match injection.and_then(|injection| injection.next(&self.get().label)) {
            None => self.play(call, input).await,
            Some((error, false)) => Err(error),
            Some((error, true)) => S::fail_after(*self.play(call, input).await?, error).map(Box::new),
        }
    }

    async fn play(
        &self,
        call: &InFlightCall<S::Message, S::Response>,
        mut input: Box<S::Input>,
    ) -> Result<Box<S::Output>> {
        let scripts = lock(&self.get().scripts).clone();
        let violation = self.check_requests(call, &mut input).err();
        let mut first = None;
        for script in scripts.iter().filter(|script| script.is_open(violation.is_some())) {
            if first.is_none() && S::request(&input).is_none() && script.needs_request(&call.cx) {
                first = Some(S::peek(&mut input).await);
            }
            let request = S::request(&input).or(first.as_ref().and_then(Option::as_ref));
            if script.is_met(request, &call.cx) && script.claim() {
                return self.play_script(call, script, input).await;
            }
        }
        let request = S::request(&input).or(first.as_ref().and_then(Option::as_ref));
        match violation {
            None if self.has_rest() => self.respond_otherwise(call, *input).await.map(Box::new),
            violation => Err(self.miss(call, &scripts, request, violation)),
        }
    }

    async fn play_script(
        &self,
        call: &InFlightCall<S::Message, S::Response>,
        script: &Arc<InstalledScript<S>>,
        input: Box<S::Input>,
    ) -> Result<Box<S::Output>> {
        if script.options.accepts_invalid {
            call.skip_checks();
        }
        let handed = call.hand_over(input, script.begin());
        let output = script.clone().respond(handed).await?;
        let Some(contract) = self.get().contract.get().copied().filter(|_| !script.options.sends_invalid) else {
            return Ok(output);
        };
        let (reporter, location) = (call.reporter.clone(), script.location.clone());
        S::check_responses(output, move |response| {
            (contract.response)(response).map_err(|error| reporter.invalid_response(&location, &error))
        })
    }

    /// Checks the request, or lets each message of a stream be checked when it is read.
    fn check_requests(&self, call: &InFlightCall<S::Message, S::Response>, input: &mut S::Input) -> Result<()> {
        let Some(contract) = self.get().contract.get().copied() else { return Ok(()) };
        if S::request(input).is_some() {
            return S::check_requests(input, contract.request);
        }
        let (reporter, is_off) = (call.reporter.clone(), call.skips_checks());
        S::check_requests(input, move |request| {
            if is_off() {
                return Ok(request);
            }
            (contract.request)(request).inspect_err(|error| reporter.invalid_request(error))
        })
    }

    /// Returns whether calls without a script have a response.
    fn has_rest(&self) -> bool {
        let state = self.get();
        state.forward.get().is_some() || (state.session.has_zero() && state.zero.get().is_some())
    }

    /// Responds to a call without a script: passes it on, or responds with empty fields.
    async fn respond_otherwise(
        &self,
        call: &InFlightCall<S::Message, S::Response>,
        input: S::Input,
    ) -> Result<S::Output> {
        let state = self.get();
        match (state.forward.get(), state.zero.get()) {
            (Some(forward), _) => forward(call.cx.clone(), input).await,
            (None, Some(zero)) => S::respond_zero(input, *zero).await,
            (None, None) => Err(Error::new(Code::Unimplemented, state.label.to_string())),
        }
    }

    fn miss(
        &self,
        call: &InFlightCall<S::Message, S::Response>,
        scripts: &[Arc<InstalledScript<S>>],
        request: Option<&S::Message>,
        violation: Option<Error>,
    ) -> Error {
        let state = self.get();
        let record = call.record_so_far();
        let miss =
            Miss { label: &state.label, call: &record, scripts, request, cx: &call.cx, violation: violation.as_ref() };
        let text = miss.text();
        if state.session.is_strict() {
            state.session.failures.add(state.member, || text.clone());
        }
        // Callers over a wire read it, too. A request that production refuses is refused as there.
        violation.unwrap_or_else(|| Error::new(Code::Unimplemented, text))
    }
}
