//! A service with a method of each kind, whose requests say what it does.

use std::{sync::Arc, time::Duration};

use rust_svc::{
    self as svc, Code, Context, Error, Identity, Message, Method, Peer, Result, Streaming, Violation, Violations, rpc,
};
use tokio::sync::mpsc;

pub(crate) const UNARY: Method = Method::unary("/test.v1.Echo/Unary");
pub(crate) const DOWNLOAD: Method = Method::server_streaming("/test.v1.Echo/Download");
pub(crate) const UPLOAD: Method = Method::client_streaming("/test.v1.Echo/Upload");
pub(crate) const CHAT: Method = Method::bidi_streaming("/test.v1.Echo/Chat");

#[svc::async_trait]
pub(crate) trait Echo: Send + Sync + 'static {
    async fn unary(&self, cx: Context, ping: Ping) -> Result<Pong>;
    async fn download(&self, cx: Context, ping: Ping) -> Result<Streaming<Pong>>;
    async fn upload(&self, cx: Context, pings: Streaming<Ping>) -> Result<Pong>;
    async fn chat(&self, cx: Context, pings: Streaming<Ping>) -> Result<Streaming<Pong>>;
}

/// Creates the adapter in the form of generated code.
pub(crate) fn echo_adapter(service: Arc<dyn Echo>) -> svc::Adapter<dyn Echo> {
    svc::Adapter::new("test.v1.Echo", service)
        .unary(UNARY, |it, cx, request| it.unary(cx, request))
        .server_streaming(DOWNLOAD, |it, cx, request| it.download(cx, request))
        .client_streaming(UPLOAD, |it, cx, request| it.upload(cx, request))
        .bidi_streaming(CHAT, |it, cx, request| it.chat(cx, request))
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ping {
    pub(crate) text: String,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pong {
    pub(crate) text: String,
}

pub(crate) mod pb {
    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct Ping {
        #[prost(string, tag = "1")]
        pub(crate) text: String,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct Pong {
        #[prost(string, tag = "1")]
        pub(crate) text: String,
    }
}

impl Message for Ping {
    const NAME: &'static str = "test.v1.Ping";
    type Wire = pb::Ping;

    fn into_wire(self) -> pb::Ping {
        pb::Ping { text: self.text }
    }

    fn read(wire: pb::Ping, violations: &mut Violations) -> Option<Self> {
        Some(Self { text: violations.non_empty("text", wire.text)? })
    }
}

impl Message for Pong {
    const NAME: &'static str = "test.v1.Pong";
    type Wire = pb::Pong;

    fn into_wire(self) -> pb::Pong {
        assert_ne!(self.text, "unprintable", "secret");
        pb::Pong { text: self.text }
    }

    fn read(wire: pb::Pong, _: &mut Violations) -> Option<Self> {
        Some(Self { text: wire.text })
    }
}

/// An event that a handler reports to the test.
#[derive(Debug, PartialEq)]
pub(crate) enum Event {
    Called,
    Received(Result<String, Code>),
    Ended,
    Dropped,
    Cancelled,
}

pub(crate) struct Parrot(pub(crate) mpsc::UnboundedSender<Event>);

#[svc::async_trait]
impl Echo for Parrot {
    async fn unary(&self, cx: Context, ping: Ping) -> Result<Pong> {
        self.tell(Event::Called);
        self.act(&cx, ping).await
    }

    async fn download(&self, cx: Context, ping: Ping) -> Result<Streaming<Pong>> {
        self.tell(Event::Called);
        let first = self.act(&cx, ping.clone()).await;
        let events = self.0.clone();
        let guard = Guard(self.0.clone());
        let (sender, pongs) = Streaming::channel(1);
        match ping.text.as_str() {
            "numbers" => Ok(Streaming::from_messages((0..3).map(|number| Pong { text: number.to_string() }))),
            "late error" => {
                tokio::spawn(async move {
                    let _ = sender.send(Pong { text: "first".into() }).await;
                    let _ = cx.set_trailer("x-late", "1");
                    sender.fail(Error::new(Code::DataLoss, "lost")).await;
                });
                Ok(pongs)
            }
            "stall" => {
                tokio::spawn(async move {
                    let _ = sender.send(Pong { text: "first".into() }).await;
                    cx.cancelled().await;
                    let _ = events.send(Event::Cancelled);
                    sender.closed().await;
                    drop(guard);
                });
                Ok(pongs)
            }
            "error first" => Ok(Streaming::failed(failure())),
            "late unprintable" => {
                Ok(Streaming::from_messages(["first", "unprintable"].map(|text| Pong { text: text.into() })))
            }
            "late panic" => Ok(Streaming::from_messages(0..).map(|number| {
                assert!(number < 1, "secret");
                Pong { text: number.to_string() }
            })),
            _ => Ok(Streaming::from_messages([first?])),
        }
    }

    async fn upload(&self, cx: Context, mut pings: Streaming<Ping>) -> Result<Pong> {
        self.tell(Event::Called);
        let mut texts = Vec::new();
        while let Some(ping) = pings.next().await {
            self.tell(Event::Received(ping.as_ref().map(|ping| ping.text.clone()).map_err(Error::code)));
            texts.push(ping?.text);
        }
        self.tell(Event::Ended);
        cx.set_trailer("x-count", texts.len().to_string())?;
        Ok(Pong { text: texts.join("+") })
    }

    async fn chat(&self, _: Context, pings: Streaming<Ping>) -> Result<Streaming<Pong>> {
        Ok(pings.map(|ping| Pong { text: ping.text }))
    }
}

impl Parrot {
    async fn act(&self, cx: &Context, ping: Ping) -> Result<Pong> {
        match ping.text.as_str() {
            "metadata" => metadata(cx)?,
            "large metadata" => {
                cx.set_header("x-large", "a".repeat(100_000))?;
                cx.set_trailer("x-large", "a".repeat(100_000))?;
            }
            "large trailers" => cx.set_trailer("x-large", "a".repeat(100_000))?,
            "large trailers, then error" => {
                cx.set_trailer("x-large", "a".repeat(100_000))?;
                return Err(failure());
            }
            "metadata, then error" => {
                metadata(cx)?;
                return Err(failure());
            }
            "trailers, then error" => {
                cx.set_trailer("x-trailer", "1")?;
                return Err(failure());
            }
            "peer" => return Ok(Pong { text: cx.peer().map(ToString::to_string).unwrap_or_default() }),
            "identity" => {
                return Ok(Pong { text: cx.peer().and_then(Peer::identity).map(identity_text).unwrap_or_default() });
            }
            "until the server stops" => {
                cx.stopping().await;
                return Err(Error::unavailable("the server stops"));
            }
            "remaining" => return Ok(Pong { text: format!("{:?}", cx.remaining().is_some()) }),
            "unavailable" => return Err(Error::unavailable("down é")),
            "failure" => return Err(failure()),
            "internal" => return Err(Error::internal("secret")),
            "panic" => panic!("secret"),
            "hang" => {
                let _guard = Guard(self.0.clone());
                let (cx, events) = (cx.clone(), self.0.clone());
                tokio::spawn(async move {
                    cx.cancelled().await;
                    let _ = events.send(Event::Cancelled);
                });
                return std::future::pending().await;
            }
            _ => (),
        }
        Ok(Pong { text: ping.text })
    }

    fn tell(&self, event: Event) {
        let _ = self.0.send(event);
    }
}

fn identity_text(identity: &Identity) -> String {
    format!("{:?} {:?} {}", identity.uris, identity.dns_names, identity.subject)
}

/// Returns the metadata of the request as headers and as trailers.
fn metadata(cx: &Context) -> Result<()> {
    for (key, value) in cx.metadata().iter().filter(|(key, _)| key.starts_with("x-")) {
        cx.set_header(key, value.clone())?;
        cx.set_trailer(&key.replacen("x-", "y-", 1), value.clone())?;
    }
    Ok(())
}

pub(crate) fn failure() -> Error {
    let mut metadata = rust_svc::Metadata::new();
    metadata.append("x-error", "1").expect("metadata");
    metadata.append("x-error", "2").expect("metadata");
    let violation = Violation::new("text", "is wrong");
    Error::failed_precondition("not now")
        .with_detail(rpc::ErrorInfo { reason: "CLOSED".into(), ..Default::default() })
        .with_violations([violation])
        .with_retry_delay(Duration::from_secs(3))
        .with_metadata(metadata)
        .with_source("secret")
}

struct Guard(mpsc::UnboundedSender<Event>);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.send(Event::Dropped);
    }
}
