//! Makes the calls that the suite requests.

use std::{sync::Arc, time::Duration};

use rust_svc::{Any, Client, Context, Enumeration, Message, Result, Sender, Streaming, client::ClientTls, rpc};
use tokio::{sync::Semaphore, time::sleep};

use super::{
    cancel::Cancel,
    contract::{
        BidiStreamRequest, ClientCompatRequest, ClientCompatResponse, ClientErrorResult, ClientResponseResult,
        ClientStreamRequest, Code, Compression, ConformancePayload, ConformanceService, ConformanceServiceClient,
        Error, IdempotentUnaryRequest, ServerStreamRequest, StreamType, UnaryRequest, UnimplementedRequest,
        client_compat_response,
    },
    header,
};

/// Makes calls, sequentially or concurrently.
#[derive(Clone, Copy, Debug)]
pub struct Caller;

impl Caller {
    /// Makes the requested call, and reports its result.
    pub async fn call(&self, request: ClientCompatRequest) -> ClientCompatResponse {
        let test_name = request.test_name.clone();
        let result = match Call::new(&request) {
            Ok(call) => client_compat_response::Result::Response(call.make(request).await),
            Err(error) => client_compat_response::Result::Error(ClientErrorResult { message: error.to_string() }),
        };
        ClientCompatResponse { test_name, result: Some(result) }
    }
}

struct Call {
    client: ConformanceServiceClient,
    cx: Context,
    cancel: Cancel,
    delay: Duration,
    /// A semaphore with which each request after the first waits for the previous response.
    turns: Option<Arc<Semaphore>>,
    payloads: Vec<ConformancePayload>,
}

impl Call {
    fn new(request: &ClientCompatRequest) -> Result<Self> {
        let (cx, cancel) = Cancel::of(context(request)?, request.cancel.clone());
        let full_duplex = request.stream_type == Some(StreamType::FullDuplexBidiStream);
        Ok(Self {
            client: ConformanceServiceClient(client(request)?),
            cx,
            cancel,
            delay: Duration::from_millis(request.request_delay_ms.into()),
            turns: full_duplex.then(|| Arc::new(Semaphore::new(0))),
            payloads: Vec::new(),
        })
    }

    async fn make(mut self, request: ClientCompatRequest) -> ClientResponseResult {
        let result = self.run(request.method.as_deref().unwrap_or_default(), &request.request_messages).await;
        ClientResponseResult {
            response_headers: header::from_metadata(&self.cx.headers()),
            payloads: self.payloads,
            error: result.err().map(|error| refused(&error)),
            response_trailers: header::from_metadata(&self.cx.trailers()),
            ..ClientResponseResult::default()
        }
    }

    async fn run(&mut self, method: &str, requests: &[Any]) -> Result<()> {
        let (client, cx) = (self.client.clone(), self.cx.clone());
        match method {
            "Unary" => {
                let response = client.unary(cx, self.only::<UnaryRequest>(requests)?).await?;
                self.payloads.push(response.payload.unwrap_or_default());
            }
            "IdempotentUnary" => {
                let response = client.idempotent_unary(cx, self.only::<IdempotentUnaryRequest>(requests)?).await?;
                self.payloads.push(response.payload.unwrap_or_default());
            }
            "Unimplemented" => {
                client.unimplemented(cx, self.only::<UnimplementedRequest>(requests)?).await?;
            }
            "ServerStream" => {
                let responses = client.server_stream(cx, self.only::<ServerStreamRequest>(requests)?).await?;
                self.receive(responses.map(|response| response.payload)).await?;
            }
            "ClientStream" => {
                let response = client.client_stream(cx, self.all::<ClientStreamRequest>(requests)?).await?;
                self.payloads.push(response.payload.unwrap_or_default());
            }
            "BidiStream" => {
                let responses = client.bidi_stream(cx, self.all::<BidiStreamRequest>(requests)?).await?;
                self.receive(responses.map(|response| response.payload)).await?;
            }
            other => return Err(rust_svc::Error::unimplemented(other)),
        }
        Ok(())
    }

    /// The only request, which is sent without delay.
    fn only<Q: Message<Wire: rust_svc::Wire>>(&self, requests: &[Any]) -> Result<Q> {
        let [request] = requests else { return Err(rust_svc::Error::invalid_argument("the method takes one request")) };
        let cancel = self.cancel.clone();
        tokio::spawn(async move { cancel.after_end().await });
        unpacked(request)
    }

    /// The requests, one after the other.
    fn all<Q: Message<Wire: rust_svc::Wire>>(&self, requests: &[Any]) -> Result<Streaming<Q>> {
        let requests = requests.iter().map(unpacked).collect::<Result<Vec<Q>>>()?;
        let (sender, stream) = Streaming::channel(1);
        tokio::spawn(feed(requests, sender, self.delay, self.turns.clone(), self.cancel.clone()));
        Ok(stream)
    }

    async fn receive(&mut self, mut responses: Streaming<Option<ConformancePayload>>) -> Result<()> {
        while let Some(payload) = responses.next().await.transpose()? {
            self.payloads.push(payload.unwrap_or_default());
            self.cancel.after_responses(self.payloads.len());
            if let Some(turns) = &self.turns {
                turns.add_permits(1);
            }
        }
        Ok(())
    }
}

async fn feed<Q>(requests: Vec<Q>, sender: Sender<Q>, delay: Duration, turns: Option<Arc<Semaphore>>, cancel: Cancel) {
    for request in requests {
        sleep(delay).await;
        if sender.send(request).await.is_err() {
            return;
        }
        if let Some(turns) = &turns {
            tokio::select! {
                turn = turns.acquire() => turn.into_iter().for_each(|turn| turn.forget()),
                () = sender.closed() => return,
            }
        }
    }
    if cancel.instead_of_end() {
        cancel.now();
        return sender.closed().await;
    }
    drop(sender);
    cancel.after_end().await;
}

fn unpacked<Q: Message<Wire: rust_svc::Wire>>(any: &Any) -> Result<Q> {
    let other = || rust_svc::Error::invalid_argument(format!("{} is not {}", any.type_url, Q::NAME));
    any.unpack()?.ok_or_else(other)
}

fn client(request: &ClientCompatRequest) -> Result<Client> {
    let scheme = if request.server_tls_cert.is_empty() { "http" } else { "https" };
    let mut builder = Client::builder(format!("{scheme}://{}:{}", request.host, request.port));
    if !request.server_tls_cert.is_empty() {
        builder = builder.tls(tls(request));
    }
    if request.compression == Some(Compression::Gzip) {
        builder = builder.gzip();
    }
    if request.message_receive_limit > 0 {
        builder = builder.max_response_bytes(request.message_receive_limit.try_into().unwrap_or(usize::MAX));
    }
    builder.build()
}

fn tls(request: &ClientCompatRequest) -> ClientTls {
    let tls = ClientTls::trusting_pem(&request.server_tls_cert);
    match &request.client_tls_creds {
        Some(own) => tls.identity_pem(&own.cert, &own.key),
        None => tls,
    }
}

fn context(request: &ClientCompatRequest) -> Result<Context> {
    let cx = Context::new().with_all_metadata(header::into_metadata(request.request_headers.clone())?);
    Ok(match request.timeout_ms {
        Some(millis) => cx.with_timeout(Duration::from_millis(millis.into())),
        None => cx,
    })
}

fn refused(error: &rust_svc::Error) -> Error {
    let details = rpc::Status::from(error).details.into_iter();
    let details = details.map(|any| Any { type_url: any.type_url, value: any.value }).collect();
    Error { code: Code::from_number(error.code().number()), message: Some(error.message().to_owned()), details }
}
