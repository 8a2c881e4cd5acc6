//! A name for each call, to find it again in every log that it is written in.

use super::{Call, Interceptor, Side, Stage};
use crate::{Context, Result, async_trait, call::ids::uuid};

/// Names each call by the metadata `x-request-id`.
///
/// On a server it takes the name that the caller gave, or makes one (a UUID), puts it into the context, as
/// `cx.value::<RequestId>()`, and into the headers of the answer, which are trailers if the call fails before it is
/// answered. On a client it sends the name of the call that is made on behalf of, so that one name runs through all
/// services.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct RequestId(String);

/// The metadata that carries it.
const KEY: &str = "x-request-id";

/// A name that is longer than this is not taken over into logs.
const LONGEST: usize = 128;

impl RequestId {
    /// The interceptor.
    pub fn new() -> Self {
        Self::default()
    }

    /// The name of a call.
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
        Side::Server => name(call),
        Side::Client => send(call),
    }
}

fn name(call: &mut Call) -> Result<()> {
    let given = call.cx().metadata().get(KEY).map(ToOwned::to_owned);
    let is_refused = given.as_ref().is_some_and(|id| !is_sane(id));
    let id = given.filter(|_| !is_refused).unwrap_or_else(uuid::random);
    call.cx().set_header(KEY, id.clone())?;
    if is_refused {
        replace(call, &id)?;
    }
    call.change(|cx| cx.with_value(RequestId(id)));
    Ok(())
}

/// A service that passes on the metadata of its caller passes on the name that it goes by here.
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
    let named = call.cx().clone().with_metadata(KEY, id)?;
    call.change(|_| named);
    Ok(())
}

/// What goes into logs must not be able to forge their lines.
fn is_sane(id: &str) -> bool {
    !id.is_empty() && id.len() <= LONGEST && id.bytes().all(|byte| byte.is_ascii_graphic())
}
