//! The fakes of all methods of a contract.

use std::{collections::BTreeMap, sync::Arc};

use rust_svc::{
    Context, Error, Kind, Result, Streaming,
    fake::{
        BidiStreaming, CallRecord, CallShape, ClientStreaming, MethodFake, ScriptUse, ServerStreaming, Session, Unary,
    },
};

use crate::contract::{Contract, Dynamic, DynamicMethod, MessageRules};

/// The fake of a method.
#[derive(Clone, Debug)]
pub(crate) enum DynamicFake {
    Unary(Unary<Dynamic, Dynamic>),
    ServerStreaming(ServerStreaming<Dynamic, Dynamic>),
    ClientStreaming(ClientStreaming<Dynamic, Dynamic>),
    BidiStreaming(BidiStreaming<Dynamic, Dynamic>),
}

/// The fakes of all methods of a contract, by their full names.
#[derive(Clone, Debug)]
pub(crate) struct DynamicFakes(Arc<BTreeMap<&'static str, DynamicFake>>);

/// Runs code for a fake of any kind.
macro_rules! with_fake {
    ($fake:expr, $name:ident => $work:expr) => {
        match $fake {
            DynamicFake::Unary($name) => $work,
            DynamicFake::ServerStreaming($name) => $work,
            DynamicFake::ClientStreaming($name) => $work,
            DynamicFake::BidiStreaming($name) => $work,
        }
    };
}

impl DynamicFakes {
    pub(crate) fn new(contract: &Contract, session: &Session) -> Self {
        let fake = |(name, method): (&&'static str, &DynamicMethod)| {
            (*name, DynamicFake::new(method, &contract.rules, session))
        };
        Self(Arc::new(contract.methods.iter().map(fake).collect()))
    }

    /// Returns the fake of a method of the contract.
    pub(crate) fn get(&self, name: &str) -> Option<&DynamicFake> {
        self.0.get(name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &DynamicFake)> {
        self.0.iter().map(|(name, fake)| (*name, fake))
    }
}

impl DynamicFake {
    fn new(method: &DynamicMethod, rules: &Arc<MessageRules>, session: &Session) -> Self {
        match method.method.kind {
            Kind::Unary => Self::Unary(checked(session, method, rules)),
            Kind::ServerStreaming => Self::ServerStreaming(checked(session, method, rules)),
            Kind::ClientStreaming => Self::ClientStreaming(checked(session, method, rules)),
            Kind::BidiStreaming => Self::BidiStreaming(checked(session, method, rules)),
        }
    }

    pub(crate) fn scripts(&self) -> Vec<ScriptUse> {
        with_fake!(self, fake => fake.scripts())
    }

    pub(crate) fn calls(&self) -> Vec<CallRecord<Dynamic, Dynamic>> {
        with_fake!(self, fake => fake.calls())
    }

    pub(crate) fn explain(&self, cx: &Context, request: Option<&Dynamic>) -> String {
        with_fake!(self, fake => fake.explain(cx, request))
    }

    pub(crate) fn reset_scripts(&self) {
        with_fake!(self, fake => fake.reset_scripts());
    }

    /// Responds to a call of any kind. One request or response is a stream of one message.
    pub(crate) async fn respond(&self, cx: Context, requests: Streaming<Dynamic>) -> Result<Streaming<Dynamic>> {
        match self {
            Self::Unary(fake) => Ok(Streaming::from_messages([fake.unary(cx, first(requests).await?).await?])),
            Self::ServerStreaming(fake) => fake.server_streaming(cx, first(requests).await?).await,
            Self::ClientStreaming(fake) => Ok(Streaming::from_messages([fake.client_streaming(cx, requests).await?])),
            Self::BidiStreaming(fake) => fake.bidi_streaming(cx, requests).await,
        }
    }

    /// Responds to a call with one request.
    pub(crate) async fn call(&self, cx: Context, request: Dynamic) -> Result<Dynamic> {
        match self {
            Self::Unary(fake) => fake.unary(cx, request).await,
            _ => Err(wrong_kind()),
        }
    }

    pub(crate) async fn call_for_stream(&self, cx: Context, request: Dynamic) -> Result<Streaming<Dynamic>> {
        match self {
            Self::ServerStreaming(fake) => fake.server_streaming(cx, request).await,
            _ => Err(wrong_kind()),
        }
    }

    pub(crate) async fn call_with_stream(&self, cx: Context, requests: Streaming<Dynamic>) -> Result<Dynamic> {
        match self {
            Self::ClientStreaming(fake) => fake.client_streaming(cx, requests).await,
            _ => Err(wrong_kind()),
        }
    }

    pub(crate) async fn call_both_ways(&self, cx: Context, requests: Streaming<Dynamic>) -> Result<Streaming<Dynamic>> {
        match self {
            Self::BidiStreaming(fake) => fake.bidi_streaming(cx, requests).await,
            _ => Err(wrong_kind()),
        }
    }
}

fn checked<S: CallShape<Message = Dynamic, Response = Dynamic>>(
    session: &Session,
    method: &DynamicMethod,
    rules: &Arc<MessageRules>,
) -> MethodFake<S> {
    let (requests, responses) = (rules.clone(), rules.clone());
    let check_request = move |request| requests.check_request(request);
    session.fake::<S>(method.method).checked_with(check_request, move |response| responses.check_response(response))
}

async fn first(mut requests: Streaming<Dynamic>) -> Result<Dynamic> {
    requests.message().await?.ok_or_else(|| Error::internal("a call without a request"))
}

fn wrong_kind() -> Error {
    Error::internal("a method of another streaming kind")
}
