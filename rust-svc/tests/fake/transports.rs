//! Random scripts: a fake gives the same observations directly, in memory and on a port.

use std::{sync::Arc, time::Duration};

use fastrand::Rng;
use rust_svc::{
    self as svc, Code, Context, Error, Result,
    fake::{CallRecord, Fault, Session},
};

use crate::service::{Store, StoreClient, StoreFake, store_adapter, texts_of};

const CODES: [Code; 4] = [Code::Aborted, Code::DataLoss, Code::NotFound, Code::Internal];
const WORDS: [&str; 3] = ["a", "b", "c"];
const WITHIN: Duration = Duration::from_secs(5);

/// A script of one method, before it is written for a fake.
#[derive(Clone, Debug)]
struct Plan {
    method: usize,
    only: Option<&'static str>,
    times: usize,
    is_default: bool,
    header: Option<&'static str>,
    trailer: Option<&'static str>,
    delay: Duration,
    sends: Vec<&'static str>,
    style: usize,
    error: Option<Failure>,
}

#[derive(Clone, Copy, Debug)]
enum Failure {
    Code(Code),
    Fault(Fault),
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Code(code) => Self::new(code, "scripted").with_detail("detail".to_owned()),
            Failure::Fault(fault) => fault.into(),
        }
    }
}

fn maybe<T: Copy>(rng: &mut Rng, values: &[T]) -> Option<T> {
    rng.bool().then(|| values[rng.usize(..values.len())])
}

fn plan(rng: &mut Rng, faults: &[Fault]) -> Plan {
    let failures: Vec<_> =
        CODES.map(Failure::Code).into_iter().chain(faults.iter().copied().map(Failure::Fault)).collect();
    Plan {
        method: rng.usize(..4),
        only: maybe(rng, &WORDS),
        times: rng.usize(1..3),
        is_default: rng.u8(..4) == 0,
        header: maybe(rng, &["x-a", "x-b"]),
        trailer: maybe(rng, &["x-t"]),
        delay: Duration::from_millis(rng.u64(..3)),
        sends: (0..rng.usize(..4)).map(|_| WORDS[rng.usize(..3)]).collect(),
        style: rng.usize(..4),
        error: maybe(rng, &failures),
    }
}

/// Completes the part of a script that is alike in all methods.
macro_rules! begin {
    ($method:expr, $plan:expr) => {{
        let mut script = $method.script().times($plan.times).delay($plan.delay).may_be_interrupted();
        if $plan.is_default {
            script = script.by_default();
        }
        script = $plan.header.into_iter().fold(script, |script, key| script.header(key, "1"));
        $plan.trailer.into_iter().fold(script, |script, key| script.trailer(key, "2"))
    }};
}

fn write(fake: &StoreFake, plan: &Plan) {
    let (only, reply) = (plan.only, plan.sends.concat());
    match plan.method {
        0 => {
            let script = begin!(fake.get, plan);
            let script = only.into_iter().fold(script, |script, word| script.when(move |it| it == word));
            match plan.error {
                Some(error) => script.fails(error),
                None if plan.style == 0 => script.returns_with(async |call| Ok(call.request().clone() + "!")),
                None => script.returns(reply),
            }
        }
        1 => {
            let script = begin!(fake.watch, plan);
            let script = only.into_iter().fold(script, |script, word| script.when_eq(word.to_owned()));
            let script = plan.sends.iter().fold(script.messages(), |script, word| {
                script.send((*word).to_owned()).wait(plan.delay).send_with(|request| request.clone() + "?")
            });
            match plan.error {
                Some(error) => script.fail(error),
                None => script.end(),
            }
        }
        2 => {
            let script = begin!(fake.upload, plan);
            let script = only.into_iter().fold(script, |script, word| script.when_first(move |it| it == word));
            match (plan.style, plan.error) {
                (_, Some(error)) => script.fails(error),
                (0, None) => script.after_messages(1).returns(reply),
                (1, None) => script.each(|it| it != "c").at_least(2).returns(reply),
                _ => script.returns_with(async |call| Ok(call.request().concat())),
            }
        }
        _ => {
            let script = begin!(fake.chat, plan);
            let script = only.into_iter().fold(script, |script, word| script.when_first(move |it| it == word));
            let script = plan.sends.iter().fold(script.dialogue(), |script, word| script.send((*word).to_owned()));
            let script = match plan.style {
                0 => script.reply_each(|it| it + "!"),
                1 => script.reply(WITHIN, |it| it + "?").expect_end(WITHIN),
                2 => script.expect(WITHIN, |it| it == "a"),
                _ => script,
            };
            match plan.error {
                Some(error) => script.fail(error),
                None => script.end(),
            }
        }
    }
}

/// Calls a method, and describes what the caller observes.
async fn observe(service: &dyn Store, method: usize, words: &[&'static str]) -> String {
    let (cx, one) = (Context::new(), words[0].to_owned());
    let requests = texts_of(words);
    let result = match method {
        0 => service.get(cx.clone(), one).await.map(|text| (vec![text], None)),
        1 => read(service.watch(cx.clone(), one).await).await,
        2 => service.upload(cx.clone(), requests).await.map(|text| (vec![text], None)),
        _ => read(service.chat(cx.clone(), requests).await).await,
    };
    let (messages, error) = result.unwrap_or_else(|error| (Vec::new(), Some(error)));
    let scripted = |key: &str| key.starts_with("x-");
    let headers: Vec<_> =
        cx.headers().iter().filter(|(key, _)| scripted(key)).map(|(key, value)| format!("{key}={value:?}")).collect();
    let trailers: Vec<_> =
        cx.trailers().iter().filter(|(key, _)| scripted(key)).map(|(key, value)| format!("{key}={value:?}")).collect();
    format!(
        "{method} {words:?}: {messages:?} {} headers {headers:?} trailers {trailers:?}",
        error.map_or("ok".to_owned(), |error| text_of(&error))
    )
}

async fn read(stream: Result<svc::Streaming<String>>) -> Result<(Vec<String>, Option<Error>)> {
    let (mut stream, mut messages) = (stream?, Vec::new());
    loop {
        match stream.next().await {
            Some(Ok(message)) => messages.push(message),
            Some(Err(error)) => return Ok((messages, Some(error))),
            None => return Ok((messages, None)),
        }
    }
}

/// Describes an error. The text for a call without a script has the metadata of the transport.
fn text_of(error: &Error) -> String {
    match error.code() {
        Code::Unimplemented => "UNIMPLEMENTED".to_owned(),
        code => format!("{code} {} {:?}", error.message(), error.detail::<String>()),
    }
}

fn record(call: &CallRecord<String, String>) -> String {
    format!("{:?} -> {:?} {:?}", call.requests(), call.responses(), call.outcome())
}

type Call = (usize, Vec<&'static str>);

/// Calls the service for each of the calls, and returns what callers and fake observe.
async fn observations(fake: &StoreFake, service: &dyn Store, calls: &[Call]) -> Vec<String> {
    let mut observed = Vec::new();
    for (method, words) in calls {
        observed.push(observe(service, *method, words).await);
    }
    observed.extend(fake.get.calls().iter().map(record));
    observed.extend(fake.watch.calls().iter().map(record));
    observed.extend(fake.upload.calls().iter().map(record));
    observed.extend(fake.chat.calls().iter().map(record));
    observed
}

fn fake_of(plans: &[Plan]) -> (Session, StoreFake) {
    let session = Session::lenient();
    let fake = StoreFake::with_session(&session);
    plans.iter().for_each(|plan| write(&fake, plan));
    (session, fake)
}

async fn in_memory(plans: &[Plan], calls: &[Call]) -> Vec<String> {
    let (session, fake) = fake_of(plans);
    let server = svc::Server::new().adapter(store_adapter(Arc::new(fake.clone()))).in_memory().unwrap();
    let observed = observations(&fake, &StoreClient(server.client()), calls).await;
    session.reset();
    observed
}

async fn on_a_port(plans: &[Plan], calls: &[Call]) -> Vec<String> {
    let (session, fake) = fake_of(plans);
    let server = svc::Server::new().adapter(store_adapter(Arc::new(fake.clone()))).local().await.unwrap();
    let observed = observations(&fake, &StoreClient(server.client()), calls).await;
    session.reset();
    observed
}

async fn directly(plans: &[Plan], calls: &[Call]) -> Vec<String> {
    let (session, fake) = fake_of(plans);
    let observed = observations(&fake, &fake, calls).await;
    session.reset();
    observed
}

fn calls(rng: &mut Rng) -> Vec<Call> {
    let words = |rng: &mut Rng| (0..rng.usize(1..4)).map(|_| WORDS[rng.usize(..3)]).collect();
    (0..12).map(|_| (rng.usize(..4), words(rng))).collect()
}

#[tokio::test]
async fn random_scripts_are_observed_alike_on_every_transport() {
    for seed in 0..30 {
        let mut rng = Rng::with_seed(seed);
        let plans: Vec<_> = (0..12).map(|_| plan(&mut rng, &[])).collect();
        let calls = calls(&mut rng);
        let expected = directly(&plans, &calls).await;
        assert_eq!(in_memory(&plans, &calls).await, expected, "in memory, seed {seed}: {plans:#?}");
        assert_eq!(on_a_port(&plans, &calls).await, expected, "on a port, seed {seed}: {plans:#?}");
    }
}

#[tokio::test]
async fn random_faults_are_observed_alike_in_memory_and_on_a_port() {
    let faults = [
        Fault::drop_connection(),
        Fault::reset(2),
        Fault::truncate_frame(),
        Fault::wrong_content_type(),
        Fault::missing_trailers(),
        Fault::bad_gateway(),
    ];
    let faults: Vec<_> =
        faults.into_iter().flat_map(|fault| [fault, fault.after_headers(), fault.within_message()]).collect();
    for seed in 0..20 {
        let mut rng = Rng::with_seed(seed);
        let plans: Vec<_> = (0..12).map(|_| plan(&mut rng, &faults)).collect();
        let calls = calls(&mut rng);
        assert_eq!(on_a_port(&plans, &calls).await, in_memory(&plans, &calls).await, "seed {seed}: {plans:#?}");
    }
}
