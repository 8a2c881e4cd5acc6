//! The response to a call.

use std::sync::{Arc, OnceLock};

use futures::future::BoxFuture;
use tokio::time::Instant;

use super::state::FakeState;
use crate::{
    Code, Context, Error, Kind, Result, Streaming,
    fake::{
        CallShape, MethodFake,
        call::InFlightCall,
        erased::{AnyMessage, CallMessages},
        lock::lock,
        script::InstalledScript,
        text::miss::Miss,
    },
};

impl<S: CallShape> MethodFake<S> {
    /// Responds to a call.
    pub(in crate::fake) async fn call(&self, cx: Context, input: S::Input) -> Result<S::Output> {
        let output = self.state().respond(cx, S::erase_input(input)).await?;
        Ok(S::restore_output(output))
    }
}

impl FakeState {
    /// Responds as the scripts say, unless the call is over before.
    pub(super) fn respond(&self, cx: Context, input: CallMessages) -> BoxFuture<'_, Result<CallMessages>> {
        Box::pin(async move {
            let call = self.begin(cx);
            let input = call.record(input);
            let output = call.run(self.play_with_fault(&call, input)).await;
            call.finish(output)
        })
    }

    /// Records the arrival of a call.
    fn begin(&self, cx: Context) -> InFlightCall {
        let (start, method) = (Instant::now(), self.core.method());
        let deadline = method.timeout.and_then(|timeout| start.checked_add(timeout));
        let cx = match deadline {
            Some(deadline) if method.kind.returns_one() => cx.with_deadline(deadline),
            _ => cx,
        };
        let call = self.add_record(&cx, start, Arc::<OnceLock<_>>::default());
        InFlightCall::new(self.core.clone(), start, cx, call)
    }

    /// Responds as the scripts say, unless a sweep fails the call.
    async fn play_with_fault(&self, call: &InFlightCall, input: CallMessages) -> Result<CallMessages> {
        let injection = self.core.session.injection.get();
        let fault = injection.and_then(|injection| injection.next(&self.core.label));
        if let Some((error, false)) = fault {
            return Err(error);
        }
        let output = self.play(call, input).await?;
        match fault {
            Some((error, _)) => output.fail_after(error),
            None => Ok(output),
        }
    }

    async fn play(&self, call: &InFlightCall, input: CallMessages) -> Result<CallMessages> {
        let scripts = lock(&self.scripts).clone();
        let (mut input, violation) = self.check_input(call, input);
        let mut first = None;
        for script in scripts.iter().filter(|script| script.is_open(violation.is_some())) {
            if first.is_none() && input.message().is_none() && script.needs_request(&call.cx) {
                first = Some(input.peek().await);
            }
            let request = input.message().or(first.as_ref().and_then(Option::as_ref));
            if script.is_met(request, &call.cx) && script.claim() {
                return self.play_script(call, script, input).await;
            }
        }
        let request = input.message().or(first.as_ref().and_then(Option::as_ref));
        match violation {
            None if self.has_rest() => self.respond_otherwise(call, input).await,
            violation => Err(self.miss(call, &scripts, request, violation)),
        }
    }

    async fn play_script(
        &self,
        call: &InFlightCall,
        script: &Arc<InstalledScript>,
        input: CallMessages,
    ) -> Result<CallMessages> {
        if script.options.accepts_invalid {
            call.skip_checks();
        }
        let handed = call.hand_over(script.begin());
        let output = script.clone().respond(input, handed).await?;
        let Some(contract) = self.contract.get().filter(|_| script.needs_check()) else { return Ok(output) };
        let (contract, reporter, location) = (contract.clone(), call.reporter.clone(), script.location.clone());
        let checked = output.checked(move |response| {
            contract.check_response(response).map_err(|error| reporter.invalid_response(&location, &error))
        });
        checked.inspect(|_| script.pass_check())
    }

    /// Checks the request, or lets each message of a stream be checked when it is read. Returns the input as a script gets it,
    /// and the violation of the contract by the request.
    fn check_input(&self, call: &InFlightCall, input: CallMessages) -> (CallMessages, Option<Error>) {
        let Some(contract) = self.contract.get() else { return (input, None) };
        match input {
            CallMessages::Message(request) => match contract.check_request(request) {
                Ok(request) => (CallMessages::Message(request), None),
                Err(error) => (CallMessages::Message(call.recorded_request()), Some(error)),
            },
            CallMessages::Stream(requests) => {
                let (contract, reporter, is_off) = (contract.clone(), call.reporter.clone(), call.skips_checks());
                let check = move |request: AnyMessage| {
                    if is_off() {
                        return Ok(request);
                    }
                    contract.check_request(request).inspect_err(|error| reporter.invalid_request(error))
                };
                let checked = futures::StreamExt::map(requests, move |request| request.and_then(&check));
                (CallMessages::Stream(Streaming::new(checked)), None)
            }
        }
    }

    /// Returns whether calls without a script have a response.
    fn has_rest(&self) -> bool {
        self.forward.get().is_some() || (self.core.session.has_zero() && self.zero.get().is_some())
    }

    /// Responds to a call without a script: passes it on, or responds with empty fields.
    async fn respond_otherwise(&self, call: &InFlightCall, input: CallMessages) -> Result<CallMessages> {
        match (self.forward.get(), self.zero.get()) {
            (Some(forward), _) => forward(call.cx.clone(), input).await,
            (None, Some(zero)) => respond_zero(self.core.method().kind, input, *zero).await,
            (None, None) => Err(Error::new(Code::Unimplemented, self.core.label.to_string())),
        }
    }

    fn miss(
        &self,
        call: &InFlightCall,
        scripts: &[Arc<InstalledScript>],
        request: Option<&AnyMessage>,
        violation: Option<Error>,
    ) -> Error {
        let (core, record) = (&self.core, call.record_so_far());
        let violated = violation.as_ref();
        let miss = Miss { label: &core.label, call: &record, scripts, request, cx: &call.cx, violation: violated };
        let text = miss.text();
        if core.session.is_strict() {
            core.session.failures.add(core.member, || text.clone());
        }
        // Callers over a wire read it, too. A request that production refuses is refused as there.
        violation.unwrap_or_else(|| Error::new(Code::Unimplemented, text))
    }
}

/// Responds with empty fields: to a stream after its last message, and with a stream that ends.
async fn respond_zero(kind: Kind, input: CallMessages, zero: fn() -> AnyMessage) -> Result<CallMessages> {
    match (kind, input) {
        (Kind::ServerStreaming, _) => Ok(CallMessages::Stream(Streaming::empty())),
        (Kind::BidiStreaming, CallMessages::Stream(requests)) => {
            let errors = futures::StreamExt::filter_map(requests, async |request| request.err().map(Err));
            Ok(CallMessages::Stream(Streaming::new(errors)))
        }
        (_, CallMessages::Stream(mut requests)) => {
            while requests.message().await?.is_some() {}
            Ok(CallMessages::Message(zero()))
        }
        (_, CallMessages::Message(_)) => Ok(CallMessages::Message(zero())),
    }
}
