//! The part of a fake that its calls write to.

use std::sync::Arc;

use super::{gauge::ConcurrencyGauge, progress::RunningScripts};
use crate::{
    Method,
    fake::session::{LoggedFake, SessionState},
};

/// The part of a fake that its calls write to.
#[derive(Debug)]
pub(in crate::fake) struct FakeCore {
    pub(in crate::fake) logged: Arc<LoggedFake>,
    /// The method and the name of the fake.
    pub(in crate::fake) label: Arc<str>,
    /// The number of the fake in its session.
    pub(in crate::fake) member: usize,
    pub(in crate::fake) session: Arc<SessionState>,
    pub(in crate::fake) gauge: ConcurrencyGauge,
    pub(in crate::fake) running: RunningScripts,
}

impl FakeCore {
    pub(in crate::fake) fn new(method: Method, name: Option<Arc<str>>, session: Arc<SessionState>) -> Self {
        let label = match &name {
            Some(name) => format!("{method} ({name})").into(),
            None => method.full_name().into(),
        };
        let (logged, member) = (Arc::new(LoggedFake { method, name }), session.add_member());
        let (gauge, running) = (ConcurrencyGauge::default(), RunningScripts::default());
        Self { logged, label, member, session, gauge, running }
    }

    pub(in crate::fake) fn method(&self) -> &Method {
        &self.logged.method
    }
}
