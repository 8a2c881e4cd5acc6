//! The part of a fake that its calls write to.

use std::sync::Arc;

use super::{gauge::ConcurrencyGauge, progress::RunningScripts};
use crate::{Method, fake::session::SessionState};

/// The part of a fake that its calls write to.
#[derive(Debug)]
pub(in crate::fake) struct FakeCore {
    pub(in crate::fake) method: Method,
    /// The method and the name of the fake.
    pub(in crate::fake) label: Arc<str>,
    pub(in crate::fake) name: Option<Arc<str>>,
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
        let (gauge, running) = (ConcurrencyGauge::default(), RunningScripts::default());
        Self { method, label, name, member: session.add_member(), session, gauge, running }
    }
}
