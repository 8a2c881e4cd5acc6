//! The service that the cases call.

use std::time::Duration;

use rust_svc::{Code, Context, Error, Result, Sender, Streaming, async_trait};
use tokio::time::sleep;

use super::{
    ECHOED,
    contract::{
        EchoStatus, Empty, Payload, PayloadType, ResponseParameters, SimpleRequest, SimpleResponse,
        StreamingInputCallRequest, StreamingInputCallResponse, StreamingOutputCallRequest, StreamingOutputCallResponse,
        TestService, test_service::UNIMPLEMENTED_CALL,
    },
};

/// Responds with the requested number of zeros.
#[derive(Clone, Copy, Debug)]
pub struct InteropService;

#[async_trait]
impl TestService for InteropService {
    async fn empty_call(&self, _: Context, _: Empty) -> Result<Empty> {
        Ok(Empty {})
    }

    async fn unary_call(&self, cx: Context, request: SimpleRequest) -> Result<SimpleResponse> {
        echo_metadata(&cx)?;
        echo_status(request.response_status)?;
        Ok(SimpleResponse { payload: Some(zeros(request.response_size)?) })
    }

    async fn streaming_output_call(
        &self,
        _: Context,
        request: StreamingOutputCallRequest,
    ) -> Result<Streaming<StreamingOutputCallResponse>> {
        Ok(sent(|responses| async move { send(request.response_parameters, &responses).await }))
    }

    async fn streaming_input_call(
        &self,
        _: Context,
        mut requests: Streaming<StreamingInputCallRequest>,
    ) -> Result<StreamingInputCallResponse> {
        let mut sum = 0;
        while let Some(request) = requests.next().await.transpose()? {
            sum += request.payload.map_or(0, |payload| payload.body.len());
        }
        let too_much = |_| Error::new(Code::OutOfRange, "the requests are more than can be counted");
        Ok(StreamingInputCallResponse { aggregated_payload_size: sum.try_into().map_err(too_much)? })
    }

    async fn full_duplex_call(
        &self,
        cx: Context,
        requests: Streaming<StreamingOutputCallRequest>,
    ) -> Result<Streaming<StreamingOutputCallResponse>> {
        echo_metadata(&cx)?;
        Ok(sent(|responses| answer(requests, responses)))
    }

    async fn unimplemented_call(&self, _: Context, _: Empty) -> Result<Empty> {
        Err(Error::unimplemented(UNIMPLEMENTED_CALL.full_name()))
    }
}

async fn answer(
    mut requests: Streaming<StreamingOutputCallRequest>,
    responses: Sender<StreamingOutputCallResponse>,
) -> Result<()> {
    while let Some(request) = requests.next().await.transpose()? {
        echo_status(request.response_status)?;
        send(request.response_parameters, &responses).await?;
    }
    Ok(())
}

async fn send(parameters: Vec<ResponseParameters>, responses: &Sender<StreamingOutputCallResponse>) -> Result<()> {
    for ResponseParameters { size, interval_us } in parameters {
        sleep(Duration::from_micros(interval_us.try_into().unwrap_or(0))).await;
        responses.send(StreamingOutputCallResponse { payload: Some(zeros(size)?) }).await?;
    }
    Ok(())
}

fn zeros(size: i32) -> Result<Payload> {
    let negative = |_| Error::invalid_argument(format!("a response of {size} bytes cannot be"));
    Ok(Payload { r#type: PayloadType::Compressable, body: vec![0; usize::try_from(size).map_err(negative)?] })
}

fn echo_metadata(cx: &Context) -> Result<()> {
    let [header, trailer] = ECHOED;
    for value in cx.metadata().get_all(header).take(1) {
        cx.set_header(header, value.clone())?;
    }
    for value in cx.metadata().get_all(trailer).take(1) {
        cx.set_trailer(trailer, value.clone())?;
    }
    Ok(())
}

fn echo_status(status: Option<EchoStatus>) -> Result<()> {
    let Some(EchoStatus { code, message }) = status else { return Ok(()) };
    Code::from_number(code).map_or(Ok(()), |code| Err(Error::new(code, message)))
}

/// The responses that `work` sends, until it ends or the caller is gone.
fn sent<T, F>(work: impl FnOnce(Sender<T>) -> F) -> Streaming<T>
where
    T: Send + 'static,
    F: Future<Output = Result<()>> + Send + 'static,
{
    let (sender, stream) = Streaming::channel(1);
    let work = work(sender.clone());
    tokio::spawn(async move {
        if let Err(error) = work.await {
            sender.fail(error).await;
        }
    });
    stream
}
