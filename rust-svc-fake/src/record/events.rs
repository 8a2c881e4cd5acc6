//! The messages of a call in the order in which they passed.

use std::sync::{Arc, Mutex, PoisonError};

use futures::StreamExt;
use rust_svc::{Code, Error, Result, Streaming};
use serde_json::{Value, json};

use super::writer::ScriptWriter;
use crate::contract::{Dynamic, DynamicMethod, drift};

/// The most messages of a call that are written.
const MAX_EVENTS: usize = 10_000;

/// A message of a call.
#[derive(Clone, Debug)]
enum Event {
    Request(Value),
    Response(Value),
}

/// A call while it passes through the proxy. Its script is written when it ends.
#[derive(Clone, Debug)]
pub(super) struct RecordedCall {
    method: DynamicMethod,
    events: Arc<Mutex<Vec<Event>>>,
    writer: ScriptWriter,
}

impl RecordedCall {
    pub(super) fn new(method: &DynamicMethod, writer: &ScriptWriter) -> Self {
        Self { method: method.clone(), events: Arc::default(), writer: writer.clone() }
    }

    /// Notes a request. Fails if the contract does not know a part of it.
    pub(super) fn request(&self, request: &Dynamic) -> Result<()> {
        self.check("request", request)?;
        self.add(Event::Request(request.to_json()));
        Ok(())
    }

    /// Notes a response. Fails if the contract does not know a part of it.
    pub(super) fn response(&self, response: &Dynamic) -> Result<()> {
        self.check("response", response)?;
        self.add(Event::Response(response.to_json()));
        Ok(())
    }

    /// Notes each request that passes.
    pub(super) fn requests(&self, requests: Streaming<Dynamic>) -> Streaming<Dynamic> {
        let call = self.clone();
        Streaming::new(StreamExt::map(requests, move |request| {
            let request = request?;
            call.request(&request).map(|()| request)
        }))
    }

    /// Notes each response that passes, and writes the script at the end.
    pub(super) fn responses(self, responses: Streaming<Dynamic>) -> Streaming<Dynamic> {
        let next = |(mut responses, call): (Streaming<Dynamic>, Self)| async move {
            let response = match responses.next().await {
                Some(Ok(response)) => call.response(&response).map(|()| response),
                Some(Err(error)) => Err(error),
                None => {
                    call.end(None);
                    return None;
                }
            };
            if let Err(error) = &response {
                call.end(Some(error));
            }
            Some((response, (responses, call)))
        };
        Streaming::new(futures::stream::unfold((responses, self), next).scan(false, |has_failed, response| {
            let is_over = std::mem::replace(has_failed, response.is_err());
            std::future::ready((!is_over).then_some(response))
        }))
    }

    /// Writes the script of the call.
    pub(super) fn end(&self, error: Option<&Error>) {
        let events = std::mem::take(&mut *self.events.lock().unwrap_or_else(PoisonError::into_inner));
        self.writer.write(&script(&self.method, &events, error));
    }

    fn add(&self, event: Event) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        if events.len() < MAX_EVENTS {
            events.push(event);
        }
    }

    fn check(&self, what: &str, message: &Dynamic) -> Result<()> {
        let found = drift(message);
        if found.is_empty() {
            return Ok(());
        }
        let text = format!("{}: the {what} has drifted from the contract: {}", self.method.method, found.join("; "));
        self.writer.report(&text);
        Err(Error::new(Code::Internal, text))
    }
}

/// Returns the script that responds as a call was responded to.
fn script(method: &DynamicMethod, events: &[Event], error: Option<&Error>) -> Value {
    let first = events.iter().find_map(|event| match event {
        Event::Request(request) => Some(request.clone()),
        Event::Response(_) => None,
    });
    let mut script = json!({"method": method.method.full_name()});
    if let Some(first) = first.filter(|first| first.as_object().is_some_and(|fields| !fields.is_empty())) {
        script["when"] = first;
    }
    let error = error.map(|error| json!({"code": error.code().name(), "message": error.message()}));
    if method.returns_stream() {
        script["stream"] = steps(method, events, error);
    } else {
        match (error, events.last()) {
            (Some(error), _) => script["fails"] = error,
            (None, Some(Event::Response(response))) => script["returns"] = response.clone(),
            (None, _) => script["returns"] = json!({}),
        }
    }
    script
}

fn steps(method: &DynamicMethod, events: &[Event], error: Option<Value>) -> Value {
    let step = |event: &Event| match event {
        Event::Request(request) => method.takes_stream().then(|| json!({"expect": request})),
        Event::Response(response) => Some(json!({"send": response})),
    };
    let end = error.map(|error| json!({"fail": error}));
    events.iter().filter_map(step).chain(end).collect()
}
