//! Adapters as axum routers.

use crate::{Adapter, adapter::Routes};

impl Routes {
    /// Converts the services to an axum router without a fallback, to merge with other routes.
    pub fn into_router(self) -> axum::Router {
        let paths: Vec<_> = self.services().map(|name| format!("/{name}/{{*method}}")).collect();
        paths.iter().fold(axum::Router::new(), |router, path| router.route_service(path, self.clone()))
    }
}

impl<S: ?Sized + Send + Sync + 'static> Adapter<S> {
    /// Converts the adapter to an axum router, to merge with other routes.
    pub fn into_router(self) -> axum::Router {
        Routes::from(self).into_router()
    }
}
