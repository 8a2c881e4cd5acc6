//! The credentials of calls between processes.

use std::time::Duration;

use rust_svc::{
    Error, Result, async_trait,
    intercept::{Bearer, Call, Chain, Interceptor, Stage},
};

use super::{Caller, Role, Tokens};

/// The metadata key of the customer for whom the gateway calls.
const CUSTOMER: &str = "customer-bin";
/// The lifetime of a token for one call.
const LIFETIME: Duration = Duration::from_mins(5);

/// Adds a token of this process to its calls, and the customer for whom it calls, if any.
///
/// It replaces metadata that the customer sent under these keys.
pub struct Credentials {
    tokens: Tokens,
    own: Caller,
}

impl Credentials {
    /// Creates the credentials of a process.
    pub fn new(tokens: Tokens, own: Caller) -> Self {
        Self { tokens, own }
    }

    fn add(&self, call: &mut Call) -> Result<()> {
        let mut metadata = call.cx().metadata().clone();
        metadata.remove(CUSTOMER);
        if let Some(customer) = call.cx().value::<Caller>().and_then(Caller::customer) {
            metadata.insert(CUSTOMER, customer.as_bytes().to_vec())?;
        }
        metadata.insert("authorization", format!("Bearer {}", self.tokens.issue(&self.own, LIFETIME)))?;
        call.change(|cx| cx.with_all_metadata(metadata));
        Ok(())
    }
}

#[async_trait]
impl Interceptor for Credentials {
    fn stage(&self) -> Stage {
        Stage::Authentication
    }

    async fn before(&self, call: &mut Call) -> Result<()> {
        self.add(call)
    }

    fn before_sync(&self, call: &mut Call) -> Option<Result<()>> {
        Some(self.add(call))
    }
}

/// Creates the chain that finds out who calls, from bearer tokens. It refuses calls without a valid one.
pub fn authenticate(tokens: Tokens) -> Chain {
    let verify = move |token: String| std::future::ready(tokens.verify(&token));
    Chain::new().intercept(Bearer::new(verify)).intercept(OnBehalfOf)
}

/// Takes the identity of the customer from the gateway. Metadata of other callers is ignored.
struct OnBehalfOf;

#[async_trait]
impl Interceptor for OnBehalfOf {
    fn stage(&self) -> Stage {
        Stage::Authentication
    }

    async fn before(&self, call: &mut Call) -> Result<()> {
        let caller = Caller::of(call.cx())?;
        let Some(customer) = call.cx().metadata().get_binary(CUSTOMER).filter(|_| caller.role == Role::Gateway) else {
            return Ok(());
        };
        let customer = String::from_utf8(customer.to_vec());
        let customer = customer.map_err(|_| Error::invalid_argument("the customer is not text"))?;
        let caller = Caller { customer: Some(customer), ..caller.clone() };
        call.change(|cx| cx.with_value(caller));
        Ok(())
    }
}
