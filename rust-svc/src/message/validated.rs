//! Requests of custom types, checked by the rules of their messages.

use super::Message;
use crate::Violations;

/// A request of a custom type (`domain_type=`) that `C` checked before it was converted. Generated code receives such
/// requests, and passes the value to the service.
#[derive(Clone, Copy, Debug)]
pub struct Validated<T, C>(pub T, pub C);

/// A check of a message against the rules of its `.proto` (`buf.validate`). Generated code implements it.
pub trait Check<Wire>: Default + Send + 'static {
    /// Checks a request, and adds the violations.
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
