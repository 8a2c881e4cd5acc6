//! Fakes that check messages as production does.

use std::sync::Arc;

use super::contract::Contract;
use crate::{
    Check, Code, Error, Message, Result, Validated, Wire,
    error::Violations,
    fake::{CallShape, MethodFake, erased::AnyMessage},
};

/// The largest message that an adapter takes by default.
const MAX_MESSAGE_SIZE: usize = 4 * 1024 * 1024;

impl<S: CallShape> MethodFake<S> {
    /// Checks requests as adapters and gateways do, and scripted responses by the same rules. Generated code calls it.
    #[must_use]
    pub fn checked<QPlace, RPlace>(self) -> Self
    where
        S::Message: Message<QPlace, Wire: Wire>,
        S::Response: Message<RPlace, Wire: Wire>,
    {
        let request = |request: AnyMessage| check_request(*request.into_box::<S::Message>()).map(AnyMessage::new);
        self.with_checks(request, check_response::<S::Response, RPlace>)
    }

    /// Checks requests of a custom type (`domain_type=`) by the rules of their message. Generated code calls it.
    #[must_use]
    pub fn checked_by<C, QPlace, RPlace>(self) -> Self
    where
        S::Message: Message<QPlace, Wire: Wire>,
        S::Response: Message<RPlace, Wire: Wire>,
        C: Check<<S::Message as Message<QPlace>>::Wire>,
    {
        let request = |request: AnyMessage| {
            let request = Validated(*request.into_box::<S::Message>(), C::default());
            let Validated(request, _) = check_request::<Validated<S::Message, C>, QPlace>(request)?;
            Ok(AnyMessage::new(request))
        };
        self.with_checks(request, check_response::<S::Response, RPlace>)
    }

    /// Checks requests and scripted responses by functions: the first returns the request as a service gets it.
    #[must_use]
    pub fn checked_with(
        self,
        request: impl Fn(S::Message) -> Result<S::Message> + Send + Sync + 'static,
        response: impl Fn(&S::Response) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        let request = move |message: AnyMessage| request(*message.into_box::<S::Message>()).map(AnyMessage::new);
        self.with_contract(Contract::new(request, move |message| response(message.get())))
    }

    fn with_checks(
        self,
        request: fn(AnyMessage) -> Result<AnyMessage>,
        response: fn(&AnyMessage) -> Result<()>,
    ) -> Self {
        self.with_contract(Contract::new(request, response))
    }

    fn with_contract(self, contract: Contract) -> Self {
        // The fake is new.
        let _ = self.state().contract.set(Arc::new(contract));
        self
    }
}

fn check_request<Q: Message<Place, Wire: Wire>, Place>(request: Q) -> Result<Q> {
    let wire = request.into_wire();
    check_size("request", &wire)?;
    Ok(Q::from_request(wire)?)
}

/// Checks a response strictly: a client accepts one whose required fields are empty, but a service should not send it.
fn check_response<R: Message<Place, Wire: Wire> + Clone, Place>(response: &AnyMessage) -> Result<()> {
    let wire = response.get::<R>().clone().into_wire();
    check_size("response", &wire)?;
    let mut violations = Violations::default();
    R::check(&wire, &mut violations);
    R::read(wire, &mut violations);
    if violations.is_empty() { Ok(()) } else { Err(violations.into()) }
}

fn check_size(what: &str, message: &impl Wire) -> Result<()> {
    if message.encoded_len() <= MAX_MESSAGE_SIZE {
        return Ok(());
    }
    let text = format!("a {what} message is larger than the limit of {MAX_MESSAGE_SIZE} bytes");
    Err(Error::new(Code::ResourceExhausted, text))
}
