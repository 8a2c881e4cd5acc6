//! Bearer tokens of a client.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::future::BoxFuture;
use tokio::time::Instant;

use crate::{
    Result, async_trait,
    intercept::{Call, Interceptor, Stage},
};

/// The metadata key of a token.
const KEY: &str = "authorization";

/// How long before its expiry a token is replaced: a call may take some time to reach its server.
const REFRESH_MARGIN: Duration = Duration::from_secs(10);

/// A bearer token (RFC 6750), which may expire.
#[derive(Clone)]
pub struct BearerToken {
    header: String,
    expires: Option<Instant>,
}

impl BearerToken {
    /// Creates a token that does not expire.
    pub fn new(token: impl AsRef<str>) -> Self {
        Self { header: format!("Bearer {}", token.as_ref()), expires: None }
    }

    /// Sets how long the token is valid from now on.
    pub fn expires_in(self, lifetime: Duration) -> Self {
        Self { expires: Instant::now().checked_add(lifetime), ..self }
    }

    fn is_valid(&self, margin: Duration) -> bool {
        self.expires.is_none_or(|expires| Instant::now() + margin < expires)
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BearerToken").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// Adds `authorization: Bearer TOKEN` to the calls of a client that have no `authorization` yet.
///
/// A token is fetched at the first call, and again 10 seconds before it expires. If fetching fails, a token that is still
/// valid stays in use; without one the call fails with that error.
///
/// ```
/// # use std::time::Duration;
/// # fn main() -> rust_svc::Result<()> {
/// use rust_svc::{Client, client::BearerToken};
///
/// let client = Client::builder("http://localhost:50051")
///     .token_provider(|| async { Ok(BearerToken::new("secret").expires_in(Duration::from_secs(3600))) })
///     .build()?;
/// # Ok(()) }
/// ```
pub struct TokenProvider {
    fetch: Box<dyn Fn() -> BoxFuture<'static, Result<BearerToken>> + Send + Sync>,
    /// One call at a time fetches a token; the others wait for it.
    fetching: tokio::sync::Mutex<()>,
    latest: Mutex<Option<Arc<BearerToken>>>,
}

impl TokenProvider {
    /// Creates a provider of the tokens that `fetch` returns.
    pub fn new<F>(fetch: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<BearerToken>> + Send + 'static,
    {
        let fetch = move || -> BoxFuture<'static, _> { Box::pin(fetch()) };
        Self { fetch: Box::new(fetch), fetching: tokio::sync::Mutex::default(), latest: Mutex::default() }
    }

    fn latest(&self, margin: Duration) -> Option<Arc<BearerToken>> {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner).clone();
        latest.filter(|token| token.is_valid(margin))
    }

    async fn token(&self) -> Result<Arc<BearerToken>> {
        let _fetching = self.fetching.lock().await;
        if let Some(token) = self.latest(REFRESH_MARGIN) {
            return Ok(token);
        }
        match (self.fetch)().await {
            Ok(token) => {
                let token = Arc::new(token);
                *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
                Ok(token)
            }
            Err(error) => self.latest(Duration::ZERO).ok_or(error),
        }
    }
}

#[async_trait]
impl Interceptor for TokenProvider {
    fn stage(&self) -> Stage {
        Stage::Authentication
    }

    async fn before(&self, call: &mut Call) -> Result<()> {
        add(call, &*self.token().await?)
    }

    fn before_sync(&self, call: &mut Call) -> Option<Result<()>> {
        if call.cx().metadata().get(KEY).is_some() {
            return Some(Ok(()));
        }
        self.latest(REFRESH_MARGIN).map(|token| add(call, &token))
    }
}

fn add(call: &mut Call, token: &BearerToken) -> Result<()> {
    call.try_change(|cx| cx.with_metadata(KEY, token.header.as_str()))
}

impl fmt::Debug for TokenProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenProvider").finish_non_exhaustive()
    }
}
