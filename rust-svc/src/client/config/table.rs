//! The policies that code and a service config set.

use std::{collections::HashMap, sync::Arc};

use super::{layers::ResolvedMethod, source::PolicySource};
use crate::{Method, ServiceConfig, call::method::MethodMap};

/// The policies that code and a service config set. A table does not change; a reload replaces it.
pub(crate) struct PolicyTable {
    overrides: Arc<HashMap<&'static str, Method>>,
    config: ServiceConfig,
    /// The policies in force for each method that was called, with its declaration.
    resolved: MethodMap<(Method, ResolvedMethod)>,
}

impl PolicyTable {
    pub(crate) fn new(overrides: Arc<HashMap<&'static str, Method>>, config: ServiceConfig) -> Self {
        Self { overrides, config, resolved: MethodMap::default() }
    }

    /// Returns the table with another service config.
    pub(crate) fn with_config(&self, config: ServiceConfig) -> Self {
        Self::new(self.overrides.clone(), config)
    }

    /// Returns the source of a retry budget that code does not set.
    pub(crate) fn budget_source(&self, resolved: &Method) -> PolicySource {
        match (resolved.throttling, self.config.retry_throttling()) {
            (Some(_), _) => PolicySource::CompiledConfig,
            (None, Some(_)) => PolicySource::ServiceConfig,
            (None, None) => PolicySource::BuiltIn,
        }
    }

    /// Returns the policies in force for a method, or `None` if those that it declares are.
    pub(crate) fn effective(&self, declared: &Method) -> Option<Method> {
        if self.overrides.is_empty() && self.config.is_empty() {
            return None;
        }
        let (known, resolved) = self.resolved.get(declared.path, || (*declared, self.resolve(declared)));
        // A caller may declare a method in several ways.
        Some(if known == declared { resolved.method } else { self.resolve(declared).method })
    }

    /// Returns the policies in force for a method, with their sources.
    pub(crate) fn resolve(&self, declared: &Method) -> ResolvedMethod {
        let resolved = ResolvedMethod::declared(declared).configure(&self.config);
        match self.overrides.get(declared.path) {
            Some(code) => resolved.override_with(declared, code),
            None => resolved,
        }
    }
}
