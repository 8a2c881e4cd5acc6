//! The routes of any number of services, and the router made from them.

use std::{fmt, sync::Arc};

use axum::Router;

use super::{GatewaySettings, endpoint::DeclaredRoute, front::Dispatcher};
use crate::{intercept::Chain, json::PackedType};

/// The routes of any number of services.
///
/// [`Gateway`](super::Gateway)s become routes, and routes merge; what they become at last is one router, which answers
/// every path that nothing else answers.
#[derive(Clone, Debug, Default)]
pub struct GatewayRoutes {
    pub(super) declared: Vec<DeclaredRoute>,
    pub(super) types: Vec<&'static [PackedType]>,
    settings: GatewaySettings,
    around: Chain,
}

/// Why routes do not go together, one line for each reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutesError(pub(super) Vec<String>);

impl GatewayRoutes {
    /// No routes.
    pub fn new() -> Self {
        Self::default()
    }

    /// These routes and others. The settings are those of `self`.
    pub fn merge(mut self, other: impl Into<Self>) -> Self {
        let other = other.into();
        self.declared.extend(other.declared);
        self.types.extend(other.types);
        self
    }

    /// How requests are read and answers are printed.
    pub fn with_settings(mut self, settings: GatewaySettings) -> Self {
        self.settings = settings;
        self
    }

    /// The same routes, with all of `chain` around their calls, after what was around them before. Its observers are
    /// told of requests that no route takes, too, as those of what is merged into these routes are not.
    pub fn chain(mut self, chain: &Chain) -> Self {
        self.around = self.around.merge(chain.clone());
        for declared in &mut self.declared {
            declared.chain = std::mem::take(&mut declared.chain).merge(chain.clone());
        }
        self
    }

    /// True if there is no route.
    pub fn is_empty(&self) -> bool {
        self.declared.is_empty()
    }

    /// The router. Fails if a template is malformed, names a field that the request does not have, or matches the same
    /// paths as another.
    pub fn try_into_router(self) -> Result<Router, RoutesError> {
        let mut settings = self.settings;
        for types in self.types {
            settings.print.types.add(types);
            settings.parse.types.add(types);
        }
        let front = Arc::new(Dispatcher::new(self.declared, settings, self.around)?);
        Ok(Router::new().fallback(move |request| front.clone().serve(request)))
    }

    /// The router.
    ///
    /// # Panics
    ///
    /// Where [`try_into_router`](Self::try_into_router) fails, telling all that is wrong. Routes that the generator made
    /// in one run, it has checked.
    pub fn into_router(self) -> Router {
        self.try_into_router().unwrap_or_else(|error| panic!("{error}"))
    }
}

impl fmt::Display for RoutesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the routes of the gateway do not go together:")?;
        self.0.iter().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

impl std::error::Error for RoutesError {}
