//! Responses with empty fields to calls without a script.

use crate::fake::{CallShape, MethodFake, erased::AnyMessage};

impl<S: CallShape> MethodFake<S> {
    /// Responds to calls without a script in a [session with zero responses](crate::fake::Session::zero). Generated code calls
    /// it.
    #[must_use]
    pub fn zeroed(self) -> Self
    where
        S::Response: Default,
    {
        // The fake is new.
        let _ = self.state().zero.set(|| AnyMessage::new(S::Response::default()));
        self
    }
}
