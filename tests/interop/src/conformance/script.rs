//! The script of a request: the response that it requests.

use std::{time::Duration, vec};

use rust_svc::{Any, Code, Context, Enumeration, Error, Result, Sender};
use tokio::time::sleep;

use super::{
    contract::{
        self, ConformancePayload, Header, StreamResponseDefinition, UnaryResponseDefinition,
        conformance_payload::RequestInfo, unary_response_definition::Response,
    },
    header,
};

/// The single response to these requests.
pub(super) async fn answer(
    cx: &Context,
    definition: Option<UnaryResponseDefinition>,
    requests: Vec<Any>,
) -> Result<ConformancePayload> {
    let definition = definition.unwrap_or_default();
    let request_info = observed(cx, requests);
    set_metadata(cx, definition.response_headers, definition.response_trailers)?;
    sleep(millis(definition.response_delay_ms)).await;
    let data = match definition.response {
        Some(Response::Error(error)) => return Err(refusal(error).with_detail(request_info)),
        Some(Response::ResponseData(data)) => data,
        None => Vec::new(),
    };
    Ok(ConformancePayload { data, request_info: Some(request_info) })
}

/// A stream of responses, some of which have been sent.
pub(super) struct Script {
    cx: Context,
    data: vec::IntoIter<Vec<u8>>,
    delay: Duration,
    error: Option<Error>,
    begun: bool,
}

impl Script {
    /// Starts a script, and sets the response headers.
    pub(super) fn new(cx: Context, definition: Option<StreamResponseDefinition>) -> Result<Self> {
        let definition = definition.unwrap_or_default();
        set_metadata(&cx, definition.response_headers, definition.response_trailers)?;
        let delay = millis(definition.response_delay_ms);
        let error = definition.error.map(refusal);
        Ok(Self { cx, data: definition.response_data.into_iter(), delay, error, begun: false })
    }

    pub(super) fn has_more(&self) -> bool {
        self.data.len() > 0
    }

    /// Sends the next response, which reports these requests. The first one also reports headers and timeout of the
    /// call.
    pub(super) async fn reply(&mut self, requests: Vec<Any>, replies: &Sender<ConformancePayload>) -> Result<()> {
        let request_info = match self.begun {
            false => observed(&self.cx, requests),
            true => RequestInfo { requests, ..RequestInfo::default() },
        };
        self.send(Some(request_info), replies).await
    }

    /// Sends the remaining responses and the error.
    pub(super) async fn finish(mut self, requests: Vec<Any>, replies: &Sender<ConformancePayload>) -> Result<()> {
        let request_info = observed(&self.cx, requests);
        while self.has_more() {
            let first = (!self.begun).then(|| request_info.clone());
            self.send(first, replies).await?;
        }
        match self.error {
            None => Ok(()),
            Some(error) if self.begun => Err(error),
            Some(error) => Err(error.with_detail(request_info)),
        }
    }

    async fn send(&mut self, request_info: Option<RequestInfo>, replies: &Sender<ConformancePayload>) -> Result<()> {
        let Some(data) = self.data.next() else { return Ok(()) };
        sleep(self.delay).await;
        self.begun = true;
        replies.send(ConformancePayload { data, request_info }).await
    }
}

fn observed(cx: &Context, requests: Vec<Any>) -> RequestInfo {
    let timeout_ms = cx.remaining().and_then(|remaining| remaining.as_millis().try_into().ok());
    RequestInfo { request_headers: header::from_metadata(cx.metadata()), timeout_ms, requests, connect_get_info: None }
}

fn set_metadata(cx: &Context, headers: Vec<Header>, trailers: Vec<Header>) -> Result<()> {
    for (key, value) in header::into_metadata(headers)?.iter() {
        cx.set_header(key, value.clone())?;
    }
    for (key, value) in header::into_metadata(trailers)?.iter() {
        cx.set_trailer(key, value.clone())?;
    }
    Ok(())
}

fn refusal(error: contract::Error) -> Error {
    let code = error.code.and_then(|code| Code::from_number(code.number())).unwrap_or(Code::Unknown);
    let refusal = Error::new(code, error.message.unwrap_or_default());
    error.details.into_iter().fold(refusal, Error::with_any)
}

fn millis(millis: u32) -> Duration {
    Duration::from_millis(millis.into())
}
