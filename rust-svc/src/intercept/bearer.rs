//! Authentication by bearer tokens.

use std::fmt;

use futures::future::BoxFuture;

use super::{Call, Interceptor, Stage};
use crate::{Error, Result, async_trait};

/// Refuses calls without a valid bearer token (RFC 6750), with `UNAUTHENTICATED`.
///
/// The given function verifies the token of `authorization: Bearer TOKEN`, for example as a JWT, and returns the identity of
/// the caller. Handlers read it from the context, as [`cx.value::<T>()`](crate::Context::value).
///
/// ```
/// use rust_svc::{Error, intercept::Bearer};
///
/// #[derive(Debug)]
/// struct User(String);
///
/// let bearer = Bearer::new(|token: String| async move {
///     match token.strip_prefix("secret-of-") {
///         Some(name) => Ok(User(name.to_owned())),
///         None => Err(Error::unauthenticated("the token is not valid")),
///     }
/// });
/// ```
pub struct Bearer {
    verify: Box<Verify>,
    open: Vec<&'static str>,
}

type Verify = dyn Fn(String) -> BoxFuture<'static, Result<AttachIdentity>> + Send + Sync;

/// Attaches an identity to the context of a call.
type AttachIdentity = Box<dyn FnOnce(&mut Call) + Send>;

impl Bearer {
    /// Verifies each token with `verify`. Its error ends the call. For an invalid token return `UNAUTHENTICATED`, without a
    /// reason that would help to forge one.
    pub fn new<T, F>(verify: impl Fn(String) -> F + Send + Sync + 'static) -> Self
    where
        T: Send + Sync + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let verify = move |token| -> BoxFuture<'static, _> {
            let identity = verify(token);
            Box::pin(async move {
                let identity = identity.await?;
                Ok(Box::new(|call: &mut Call| call.change(|cx| cx.with_value(identity))) as AttachIdentity)
            })
        };
        Self { verify: Box::new(verify), open: Vec::new() }
    }

    /// Lets calls of this method pass without a token. A token that is present must still be valid.
    pub fn open_to_all(mut self, method: &crate::Method) -> Self {
        self.open.push(method.path);
        self
    }
}

#[async_trait]
impl Interceptor for Bearer {
    fn stage(&self) -> Stage {
        Stage::Authentication
    }

    async fn before(&self, call: &mut Call) -> Result<()> {
        match token(call)? {
            Some(token) => (self.verify)(token).await?(call),
            None if self.open.contains(&call.method().path) => (),
            None => return Err(Error::unauthenticated("the call needs a bearer token")),
        }
        Ok(())
    }
}

/// Returns the token of the call. Fails if there are several, or credentials of another kind.
fn token(call: &Call) -> Result<Option<String>> {
    let mut values = call.cx().metadata().get_all("authorization");
    let Some(value) = values.next() else { return Ok(None) };
    let wrong = || Error::unauthenticated("the metadata `authorization` must be one `Bearer TOKEN`");
    let (scheme, token) = value.as_text().and_then(|text| text.split_once(' ')).ok_or_else(wrong)?;
    let is_bearer = scheme.eq_ignore_ascii_case("bearer") && values.next().is_none();
    Some(token.trim())
        .filter(|token| is_bearer && !token.is_empty())
        .map(|token| Some(token.to_owned()))
        .ok_or_else(wrong)
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer").field("open", &self.open).finish_non_exhaustive()
    }
}
