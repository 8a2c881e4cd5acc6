//! The service that responds with its requests.

use rust_svc::{Code, Context, Error, Result, Streaming, Value, Violation, async_trait};

use super::contract::{Echo, EchoService, Failure, Message};

/// Metadata that gateways or their clients set, whatever the request.
const OWN: [&str; 6] =
    ["grpc-accept-encoding", "grpc-timeout", "user-agent", "x-forwarded-proto", "x-request-id", "x-envoy-"];

/// Responds with what arrives.
#[derive(Clone, Copy, Debug)]
pub struct EchoServer;

#[async_trait]
impl EchoService for EchoServer {
    async fn get(&self, cx: Context, request: Message) -> Result<Echo> {
        Ok(echo(&cx, request))
    }

    async fn create(&self, cx: Context, request: Message) -> Result<Echo> {
        cx.set_header("x-answer", "1")?;
        cx.set_trailer("x-cost", "2")?;
        Ok(echo(&cx, request))
    }

    async fn run(&self, cx: Context, request: Message) -> Result<Echo> {
        Ok(echo(&cx, request))
    }

    async fn replace(&self, cx: Context, request: Message) -> Result<Echo> {
        Ok(echo(&cx, request))
    }

    async fn update(&self, cx: Context, request: Message) -> Result<Echo> {
        Ok(echo(&cx, request))
    }

    async fn delete(&self, cx: Context, request: Message) -> Result<Echo> {
        Ok(echo(&cx, request))
    }

    async fn fail(&self, _: Context, request: Failure) -> Result<Echo> {
        Err(failure(&request))
    }

    async fn watch(&self, cx: Context, request: Message) -> Result<Streaming<Echo>> {
        let (count, fails) = (request.count.max(0), request.flag);
        let echo = echo(&cx, request);
        let messages = (0..count).map(move |_| Ok(echo.clone()));
        let last = fails.then(|| Err(Error::aborted("the stream fails")));
        Ok(Streaming::new(futures::stream::iter(messages.chain(last))))
    }

    async fn collect(&self, cx: Context, requests: Streaming<Message>) -> Result<Echo> {
        let last = requests.collect().await?.pop();
        Ok(echo(&cx, last.unwrap_or_default()))
    }
}

fn failure(request: &Failure) -> Error {
    let code = Code::from_number(request.code).unwrap_or(Code::Unknown);
    let error = Error::new(code, request.message.clone());
    if request.detail { error.with_violations([Violation::new("name", "is wrong")]) } else { error }
}

fn echo(cx: &Context, message: Message) -> Echo {
    let is_set = |(key, _): &(&str, &Value)| !OWN.iter().any(|own| key.starts_with(own));
    let mut metadata: Vec<_> = cx.metadata().iter().filter(is_set).map(entry).collect();
    metadata.sort();
    Echo { seen: format!("{message:?}"), metadata, message: Some(message) }
}

fn entry((key, value): (&str, &Value)) -> String {
    format!("{key}={value:?}")
}
