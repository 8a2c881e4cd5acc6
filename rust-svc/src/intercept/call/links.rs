//! The interceptors and observers of a call.

use std::sync::Arc;

use crate::intercept::{Interceptor, Observer, Target};

/// The interceptors, by stage, and the observers, the innermost first.
#[derive(Clone, Default)]
pub(crate) struct Links {
    pub(crate) interceptors: Vec<Arc<dyn Interceptor>>,
    pub(crate) observers: Vec<Arc<dyn Observer>>,
    /// The server that a client calls.
    pub(crate) target: Option<triomphe::Arc<Target>>,
}
