//! The service that the suite calls.

use rust_svc::{Any, Context, Error, Result, Sender, Streaming, async_trait};

use super::{
    contract::{
        BidiStreamRequest, BidiStreamResponse, ClientStreamRequest, ClientStreamResponse, ConformancePayload,
        ConformanceService, IdempotentUnaryRequest, IdempotentUnaryResponse, ServerStreamRequest, ServerStreamResponse,
        UnaryRequest, UnaryResponse, UnimplementedRequest, UnimplementedResponse, conformance_service::UNIMPLEMENTED,
    },
    script::{Script, answer},
};

/// Responds as its requests describe, and reports what it received.
#[derive(Clone, Copy, Debug)]
pub struct ScriptedService;

#[async_trait]
impl ConformanceService for ScriptedService {
    async fn unary(&self, cx: Context, request: UnaryRequest) -> Result<UnaryResponse> {
        let payload = answer(&cx, request.response_definition.clone(), vec![Any::pack(request)]).await?;
        Ok(UnaryResponse { payload: Some(payload) })
    }

    async fn server_stream(
        &self,
        cx: Context,
        request: ServerStreamRequest,
    ) -> Result<Streaming<ServerStreamResponse>> {
        let script = Script::new(cx, request.response_definition.clone())?;
        let requests = vec![Any::pack(request)];
        let payloads = played(|replies| async move { script.finish(requests, &replies).await });
        Ok(payloads.map(|payload| ServerStreamResponse { payload: Some(payload) }))
    }

    async fn client_stream(
        &self,
        cx: Context,
        requests: Streaming<ClientStreamRequest>,
    ) -> Result<ClientStreamResponse> {
        let requests = requests.collect().await?;
        let definition = requests.first().and_then(|first| first.response_definition.clone());
        let payload = answer(&cx, definition, requests.into_iter().map(Any::pack).collect()).await?;
        Ok(ClientStreamResponse { payload: Some(payload) })
    }

    async fn bidi_stream(
        &self,
        cx: Context,
        mut requests: Streaming<BidiStreamRequest>,
    ) -> Result<Streaming<BidiStreamResponse>> {
        let Some(first) = requests.next().await.transpose()? else { return Ok(Streaming::empty()) };
        let script = Script::new(cx, first.response_definition.clone())?;
        let payloads = match first.full_duplex {
            true => played(|replies| full_duplex(script, first, requests, replies)),
            false => played(|replies| half_duplex(script, first, requests, replies)),
        };
        Ok(payloads.map(|payload| BidiStreamResponse { payload: Some(payload) }))
    }

    async fn unimplemented(&self, _: Context, _: UnimplementedRequest) -> Result<UnimplementedResponse> {
        Err(Error::unimplemented(UNIMPLEMENTED.full_name()))
    }

    async fn idempotent_unary(&self, cx: Context, request: IdempotentUnaryRequest) -> Result<IdempotentUnaryResponse> {
        let payload = answer(&cx, request.response_definition.clone(), vec![Any::pack(request)]).await?;
        Ok(IdempotentUnaryResponse { payload: Some(payload) })
    }
}

/// Responds to each request as it arrives, until requests or responses end.
async fn full_duplex(
    mut script: Script,
    first: BidiStreamRequest,
    mut requests: Streaming<BidiStreamRequest>,
    replies: Sender<ConformancePayload>,
) -> Result<()> {
    let mut next = Some(first);
    while let Some(request) = next {
        let request = vec![Any::pack(request)];
        if !script.has_more() {
            return script.finish(request, &replies).await;
        }
        script.reply(request, &replies).await?;
        next = requests.next().await.transpose()?;
    }
    script.finish(Vec::new(), &replies).await
}

/// Sends all responses after all requests.
async fn half_duplex(
    script: Script,
    first: BidiStreamRequest,
    requests: Streaming<BidiStreamRequest>,
    replies: Sender<ConformancePayload>,
) -> Result<()> {
    let rest = requests.collect().await?;
    script.finish([first].into_iter().chain(rest).map(Any::pack).collect(), &replies).await
}

/// The responses that `play` sends, until it ends or the caller is gone.
fn played<F>(play: impl FnOnce(Sender<ConformancePayload>) -> F) -> Streaming<ConformancePayload>
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let (sender, replies) = Streaming::channel(1);
    let playing = play(sender.clone());
    tokio::spawn(async move {
        if let Err(error) = playing.await {
            sender.fail(error).await;
        }
    });
    replies
}
