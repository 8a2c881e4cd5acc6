//! Calls that a fake passes on.

use std::sync::Arc;

use crate::fake::{
    CallShape, MethodFake,
    script::{Forward, ServiceFunction, forward_to},
};

/// Spies.
impl<S: CallShape> MethodFake<S> {
    /// Passes calls without a script on to a service, an implementation or a client. Generated code calls it.
    pub fn passes_to<T: ?Sized + Send + Sync + 'static>(&self, service: &Arc<T>, call: ServiceFunction<T, S>) {
        // The first service stays, since scripts may use it.
        let _ = self.state().forward.set(forward_to::<T, S>(service, call));
    }

    /// Returns the function that passes calls on, if the fake is a spy.
    pub(in crate::fake) fn forward(&self) -> Option<Forward> {
        self.state().forward.get().cloned()
    }
}
