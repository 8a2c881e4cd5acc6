//! The service that is called.

use bench::stacks::echo::{EchoRequest, EchoResponse, EchoService, EchoServiceFake, RepeatRequest};
use rust_svc::{Context, Streaming, async_trait};

/// An implementation that does nothing else.
pub(super) struct PlainEcho(pub(super) EchoResponse);

#[async_trait]
impl EchoService for PlainEcho {
    async fn echo(&self, _: Context, _: EchoRequest) -> rust_svc::Result<EchoResponse> {
        Ok(self.0.clone())
    }

    async fn repeat(&self, _: Context, _: RepeatRequest) -> rust_svc::Result<Streaming<EchoResponse>> {
        Ok(Streaming::empty())
    }
}

pub(super) fn request() -> EchoRequest {
    EchoRequest { name: "tea".into(), number: 7, tags: vec!["a".into(), "b".into()] }
}

pub(super) fn response() -> EchoResponse {
    EchoResponse { name: "tea".into(), number: 7, tags: vec!["a".into(), "b".into()] }
}

/// Returns a fake whose last script responds.
pub(super) fn fake(scripts: u64) -> EchoServiceFake {
    let fake = EchoServiceFake::new();
    for number in 0..scripts {
        fake.echo.when(move |request| request.number == 1000 + number).always(EchoResponse::default());
    }
    fake.echo.always(response());
    fake
}
