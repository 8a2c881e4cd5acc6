//! Scripts of files as scripts of fakes.

use std::{future::ready, time::Duration};

use rust_svc::{
    Any, Code, Error,
    fake::{BidiStreaming, CallShape, ClientStreaming, FakeCall, Fault, MethodFake, Script, ServerStreaming, Unary},
};
use serde_json::Value;

use super::{
    DynamicFake, DynamicFakes,
    matching::PartialMessage,
    spec::{ErrorSpec, LocatedScript, ScriptSpec, StepSpec, duration},
    template::Template,
};
use crate::contract::{Contract, Dynamic, DynamicMethod};

/// How long a script of a stream waits for a message that it expects.
const EXPECTED_WITHIN: Duration = Duration::from_secs(10);

impl DynamicFakes {
    /// Puts scripts in force, or none of them: fails with all errors, each with its place.
    pub(crate) fn install(&self, contract: &Contract, scripts: &[LocatedScript]) -> Result<(), String> {
        let ready: Vec<_> = scripts.iter().map(|script| ReadyScript::new(contract, script)).collect();
        let errors: Vec<_> = ready.iter().filter_map(|ready| ready.as_ref().err().map(String::as_str)).collect();
        if !errors.is_empty() {
            return Err(errors.join("\n"));
        }
        for script in ready.into_iter().flatten() {
            if let Some(fake) = self.get(script.method) {
                script.install(fake);
            }
        }
        Ok(())
    }
}

/// A script whose messages are read.
struct ReadyScript {
    method: &'static str,
    script: LocatedScript,
    when: Option<PartialMessage>,
    response: Response,
}

/// The response of a script.
enum Response {
    Message(Template),
    Error(Error),
    Hang,
    Steps(Vec<Step>, StreamEnd),
}

/// A step of a stream whose messages are read.
enum Step {
    Send(Template),
    Wait(Duration),
    Expect(PartialMessage),
    Reply(Template),
    ReplyEach(Template),
    ExpectEnd,
}

enum StreamEnd {
    Ok,
    Error(Error),
    Stall,
}

impl ReadyScript {
    fn new(contract: &Contract, script: &LocatedScript) -> Result<Self, String> {
        Self::read(contract, script).map_err(|error| format!("{}: error: {error}", script.place))
    }

    fn read(contract: &Contract, script: &LocatedScript) -> Result<Self, String> {
        let spec = &script.spec;
        let method = contract.method(&spec.method)?;
        let when = spec.when.as_ref().map(|when| PartialMessage::new(&method.input, when)).transpose()?;
        spec.delay()?;
        let response = response(contract, method, spec)?;
        Ok(Self { method: method.method.full_name(), script: script.clone(), when, response })
    }

    fn install(self, fake: &DynamicFake) {
        match fake {
            DynamicFake::Unary(fake) => self.unary(fake),
            DynamicFake::ServerStreaming(fake) => self.server_streaming(fake),
            DynamicFake::ClientStreaming(fake) => self.client_streaming(fake),
            DynamicFake::BidiStreaming(fake) => self.bidi_streaming(fake),
        }
    }

    /// Begins a script with all that does not depend on the kind of the method.
    fn begin<S: CallShape<Message = Dynamic>>(&self, fake: &MethodFake<S>) -> Script<S> {
        let spec = &self.script.spec;
        let script = fake.script().located(self.script.place.clone()).may_be_interrupted();
        let script = match spec.times {
            Some(times) => script.times(times),
            None => script.any_times(),
        };
        let script = if spec.default { script.by_default() } else { script };
        let script = if spec.unchecked { script.unchecked() } else { script };
        let script = spec.metadata.iter().fold(script, |script, (key, value)| script.when_metadata(key, value.clone()));
        let script = match self.when.clone() {
            Some(when) => script.when_without_differences(move |request| when.differences(request)),
            None => script,
        };
        let script = spec.headers.iter().fold(script, |script, (key, value)| script.header(key, value.clone()));
        let script = spec.trailers.iter().fold(script, |script, (key, value)| script.trailer(key, value.clone()));
        match spec.delay() {
            Ok(delay) if !delay.is_zero() => script.delay(delay),
            _ => script,
        }
    }

    fn unary(self, fake: &Unary<Dynamic, Dynamic>) {
        let script = self.begin(fake);
        match self.response {
            Response::Message(template) => {
                script.returns_with(move |call: FakeCall<Dynamic>| ready(render(&template, Some(call.request()))))
            }
            Response::Error(error) => script.fails(error),
            Response::Hang | Response::Steps(..) => script.hangs(),
        }
    }

    fn client_streaming(self, fake: &ClientStreaming<Dynamic, Dynamic>) {
        let script = self.begin(fake);
        match self.response {
            Response::Message(template) => {
                let reading = match self.script.spec.after_messages {
                    Some(count) => script.after_messages(count),
                    None => script.at_least(0),
                };
                reading
                    .returns_with(move |call: FakeCall<Vec<Dynamic>>| ready(render(&template, call.request().first())));
            }
            Response::Error(error) => match self.script.spec.after_messages {
                Some(count) => script.after_messages(count).fails(error),
                None => script.fails(error),
            },
            Response::Hang | Response::Steps(..) => script.hangs(),
        }
    }

    fn server_streaming(self, fake: &ServerStreaming<Dynamic, Dynamic>) {
        let script = self.begin(fake);
        let (steps, end) = match self.response {
            Response::Steps(steps, end) => (steps, end),
            Response::Error(error) => return script.fails(error),
            Response::Hang | Response::Message(_) => return script.hangs(),
        };
        let script = steps.into_iter().fold(script.messages(), |script, step| match step {
            Step::Send(template) => script.send_with(move |request| rendered(&template, Some(request))),
            Step::Wait(duration) => script.wait(duration),
            // There are no further requests.
            Step::Expect(_) | Step::Reply(_) | Step::ReplyEach(_) | Step::ExpectEnd => script,
        });
        match end {
            StreamEnd::Ok => script.end(),
            StreamEnd::Error(error) => script.fail(error),
            StreamEnd::Stall => script.stall(),
        }
    }

    fn bidi_streaming(self, fake: &BidiStreaming<Dynamic, Dynamic>) {
        let script = self.begin(fake);
        let (steps, end) = match self.response {
            Response::Steps(steps, end) => (steps, end),
            Response::Error(error) => return script.fails(error),
            Response::Hang | Response::Message(_) => return script.hangs(),
        };
        let script = steps.into_iter().fold(script.dialogue(), |script, step| match step {
            Step::Send(template) => script.send(rendered(&template, None)),
            Step::Wait(duration) => script.wait(duration),
            Step::Expect(expected) => {
                script.expect(EXPECTED_WITHIN, move |request| expected.differences(request).is_empty())
            }
            Step::Reply(template) => script.reply(EXPECTED_WITHIN, move |request| rendered(&template, Some(&request))),
            Step::ReplyEach(template) => script.reply_each(move |request| rendered(&template, Some(&request))),
            Step::ExpectEnd => script.expect_end(EXPECTED_WITHIN),
        });
        match end {
            StreamEnd::Ok => script.end(),
            StreamEnd::Error(error) => script.fail(error),
            StreamEnd::Stall => script.stall(),
        }
    }
}

fn render(template: &Template, request: Option<&Dynamic>) -> rust_svc::Result<Dynamic> {
    template.render(request).map_err(|error| Error::new(Code::Internal, format!("the scripted response: {error}")))
}

/// Makes a message of a stream.
///
/// # Panics
///
/// If a value of the request has another type than the field: the fake reports the script.
fn rendered(template: &Template, request: Option<&Dynamic>) -> Dynamic {
    template.render(request).unwrap_or_else(|error| panic!("{error}"))
}

fn response(contract: &Contract, method: &DynamicMethod, spec: &ScriptSpec) -> Result<Response, String> {
    const ONE: &str = "a script has one of `returns`, `fails`, `fault`, `hangs` and `stream`";
    let streams = method.returns_stream();
    match (&spec.returns, &spec.fails, &spec.fault, spec.hangs, &spec.stream) {
        (Some(Value::Array(values)), None, None, false, None) if streams => {
            let sends = values.iter().map(|value| Template::new(method, value).map(Step::Send));
            Ok(Response::Steps(sends.collect::<Result<_, _>>()?, StreamEnd::Ok))
        }
        (Some(_), None, None, false, None) if streams => Err("`returns` of a stream of responses is a list".to_owned()),
        (Some(value), None, None, false, None) => Ok(Response::Message(Template::new(method, value)?)),
        (None, Some(error), None, false, None) => Ok(Response::Error(error_of(contract, error)?)),
        (None, None, Some(fault), false, None) => Ok(Response::Error(fault.parse::<Fault>()?.into())),
        (None, None, None, true, None) => Ok(Response::Hang),
        (None, None, None, false, Some(steps)) if streams => steps_of(contract, method, steps),
        (None, None, None, false, Some(_)) => Err(format!("`stream` needs a stream of responses: {ONE}")),
        _ => Err(ONE.to_owned()),
    }
}

fn steps_of(contract: &Contract, method: &DynamicMethod, specs: &[StepSpec]) -> Result<Response, String> {
    let (mut steps, mut end) = (Vec::new(), None);
    for spec in specs {
        if end.is_some() {
            return Err("a step follows the end of the stream".to_owned());
        }
        match end_of(contract, spec)? {
            Some(ending) => end = Some(ending),
            None => steps.push(step_of(method, spec)?),
        }
    }
    Ok(Response::Steps(steps, end.unwrap_or(StreamEnd::Ok)))
}

fn end_of(contract: &Contract, spec: &StepSpec) -> Result<Option<StreamEnd>, String> {
    Ok(match spec {
        StepSpec::Fail(error) => Some(StreamEnd::Error(error_of(contract, error)?)),
        StepSpec::Fault(fault) => Some(StreamEnd::Error(fault.parse::<Fault>()?.into())),
        StepSpec::Stall(true) => Some(StreamEnd::Stall),
        _ => None,
    })
}

fn step_of(method: &DynamicMethod, spec: &StepSpec) -> Result<Step, String> {
    let template = |value| Template::new(method, value);
    let requests = method.takes_stream();
    match spec {
        StepSpec::Send(value) => {
            let template = template(value)?;
            match requests && template.fixed().is_none() {
                true => Err("`send` has no request: use `reply`".to_owned()),
                false => Ok(Step::Send(template)),
            }
        }
        StepSpec::Wait(text) => duration(text).map(Step::Wait),
        _ if !requests => Err("only a stream of requests has further requests".to_owned()),
        StepSpec::Expect(value) => PartialMessage::new(&method.input, value).map(Step::Expect),
        StepSpec::Reply(value) => template(value).map(Step::Reply),
        StepSpec::ReplyEach(value) => template(value).map(Step::ReplyEach),
        StepSpec::ExpectEnd(true) => Ok(Step::ExpectEnd),
        _ => Err("`expect_end` and `stall` are true, or absent".to_owned()),
    }
}

fn error_of(contract: &Contract, spec: &ErrorSpec) -> Result<Error, String> {
    let codes = (1..=16).filter_map(Code::from_number);
    let code = codes.into_iter().find(|code| code.name() == spec.code);
    let code = code.ok_or_else(|| format!("unknown code `{}`\n  help: write it as UNAVAILABLE", spec.code))?;
    spec.details.iter().try_fold(Error::new(code, spec.message.clone()), |error, detail| {
        Ok(error.with_any(detail_of(contract, detail)?))
    })
}

/// Reads a detail of an error, whose `@type` names its message.
fn detail_of(contract: &Contract, detail: &Value) -> Result<Any, String> {
    let Some(Value::String(url)) = detail.get("@type") else {
        return Err("a detail has no `@type`, such as type.googleapis.com/google.rpc.ErrorInfo".to_owned());
    };
    let name = url.rsplit('/').next().unwrap_or(url);
    let descriptor = contract.pool.get_message_by_name(name);
    let descriptor = descriptor.ok_or_else(|| format!("the contract has no message `{name}`"))?;
    let mut fields = detail.clone();
    if let Value::Object(fields) = &mut fields {
        fields.remove("@type");
    }
    let message = Dynamic::from_json(descriptor, &fields)?;
    Ok(Any { type_url: url.clone(), value: message.encode().0.to_vec() })
}
