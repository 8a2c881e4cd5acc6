//! A message of any type.

use std::{any::Any, fmt};

/// A message of any type: cloned for records, and shown in failures.
pub struct AnyMessage(Box<dyn MessageObject>);

trait MessageObject: Any + fmt::Debug + Send {
    fn to_any(&self) -> AnyMessage;
}

impl<M: Clone + fmt::Debug + Send + 'static> MessageObject for M {
    fn to_any(&self) -> AnyMessage {
        AnyMessage::new(self.clone())
    }
}

impl AnyMessage {
    pub(in crate::fake) fn new<M: Clone + fmt::Debug + Send + 'static>(message: M) -> Self {
        Self(Box::new(message))
    }

    /// Returns the message as the type that it was made of.
    pub(in crate::fake) fn get<M: 'static>(&self) -> &M {
        let message: &dyn Any = &*self.0;
        message.downcast_ref().unwrap_or_else(|| wrong_type())
    }

    /// Returns the message as the type that it was made of.
    pub(in crate::fake) fn into_box<M: 'static>(self) -> Box<M> {
        let message: Box<dyn Any> = self.0;
        message.downcast().unwrap_or_else(|_| wrong_type())
    }
}

impl Clone for AnyMessage {
    fn clone(&self) -> Self {
        self.0.to_any()
    }
}

impl fmt::Debug for AnyMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

#[cold]
fn wrong_type() -> ! {
    unreachable!("the messages of a fake have the types of its method")
}
