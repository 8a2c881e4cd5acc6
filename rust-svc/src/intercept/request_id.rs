//! Request identifiers, to find a call in all logs.

use super::{Call, Interceptor, Side, Stage};
use crate::{Context, Result, async_trait, call::ids::uuid};

/// Identifies each call by the metadata `x-request-id`.
///
/// On a server it takes the identifier of the caller, or creates one (a UUID). It attaches it to the context, see
/// [`of`](Self::of), and adds it to the headers of the response, or to the trailers if the call fails before its headers are
/// sent. On a client it sends the identifier of the calling call, so that all services log the same one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct RequestId(String);

/// The metadata key.
const KEY: &str = "x-request-id";

/// The longest identifier that is accepted from a caller.
const MAX_LENGTH: usize = 128;

impl RequestId {
    /// Creates the interceptor.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the identifier of a call.
    pub fn of(cx: &Context) -> Option<&str> {
        cx.value::<Self>().map(|id| id.0.as_str())
    }
}

#[async_trait]
impl Interceptor for RequestId {
    fn stage(&self) -> Stage {
        Stage::Correlation
    }

    async fn before(&self, call: &mut Call) -> Result<()> {
        identify(call)
    }

    fn before_sync(&self, call: &mut Call) -> Option<Result<()>> {
        Some(identify(call))
    }
}

fn identify(call: &mut Call) -> Result<()> {
    match call.side() {
        Side::Server => accept(call),
        Side::Client => send(call),
    }
}

fn accept(call: &mut Call) -> Result<()> {
    let given = call.cx().metadata().get(KEY).map(ToOwned::to_owned);
    let is_refused = given.as_ref().is_some_and(|id| !is_valid(id));
    let id = given.filter(|_| !is_refused).unwrap_or_else(uuid::random);
    call.cx().set_header(KEY, id.clone())?;
    if is_refused {
        replace(call, &id)?;
    }
    call.change(|cx| cx.with_value(RequestId(id)));
    Ok(())
}

/// Replaces an invalid identifier in the metadata, which the service may pass on.
fn replace(call: &mut Call, id: &str) -> Result<()> {
    let mut metadata = call.cx().metadata().clone();
    metadata.insert(KEY, id)?;
    call.change(|cx| cx.with_all_metadata(metadata));
    Ok(())
}

fn send(call: &mut Call) -> Result<()> {
    let Some(RequestId(id)) = call.cx().value::<RequestId>().cloned() else { return Ok(()) };
    if call.cx().metadata().get(KEY).is_some() {
        return Ok(());
    }
    call.try_change(|cx| cx.with_metadata(KEY, id))
}

/// Returns true if the identifier cannot forge lines of logs.
fn is_valid(id: &str) -> bool {
    !id.is_empty() && id.len() <= MAX_LENGTH && id.bytes().all(|byte| byte.is_ascii_graphic())
}
