//! Requests of a type of the user's own, by the rules of their messages.

use crate::{Message, Violations};

/// A request of a type of the user's own (`domain_type=`), which `C` checked before it was read. Generated code takes such
/// requests, and gives what is in them to the service.
#[derive(Clone, Copy, Debug)]
pub struct Validated<T, C>(pub T, pub C);

/// What checks a message by the rules of its `.proto` (`buf.validate`). Generated code implements it.
pub trait Check<Wire>: Default + Send + 'static {
    /// Notes in `violations` all that the rules say against a request.
    fn check(wire: &Wire, violations: &mut Violations);
}

impl<T: Message<Place>, C: Check<T::Wire>, Place> Message<Place> for Validated<T, C> {
    const NAME: &'static str = T::NAME;
    type Wire = T::Wire;

    fn into_wire(self) -> Self::Wire {
        self.0.into_wire()
    }

    fn read(wire: Self::Wire, violations: &mut Violations) -> Option<Self> {
        T::read(wire, violations).map(|message| Self(message, C::default()))
    }

    fn check(wire: &Self::Wire, violations: &mut Violations) {
        C::check(wire, violations);
        T::check(wire, violations);
    }

    fn clear_input_only(wire: &mut Self::Wire) {
        T::clear_input_only(wire);
    }

    fn idempotency_key(&mut self) -> Option<&mut String> {
        self.0.idempotency_key()
    }
}
