//! Methods with one request and one response.

use super::shape::{RequestMessage, ResponseMessage, UnaryShape};
use crate::{
    Context, Result,
    fake::{FakeCall, MethodFake, Script, Times},
};

/// The fake of a method with one request and one response.
///
/// ```
/// # use rust_svc::{Context, Error, Method, fake::{Session, Unary}};
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// # let check_stock: Unary<String, usize> = Session::lenient().fake(Method::unary("/inventory.v1.InventoryService/CheckStock"));
/// check_stock.fails_times(2, Error::unavailable("restarting"));
/// check_stock.when(|product| product == "anvil").when_metadata("x-tenant", "t1").returns(7);
/// check_stock.returns_with(async |call| Ok(call.request().len()));
/// # }
/// ```
pub type Unary<Q, R> = MethodFake<UnaryShape<Q, R>>;

impl<Q: RequestMessage, R: ResponseMessage> Unary<Q, R> {
    /// Responds to a call. Generated code calls it.
    pub async fn unary(&self, cx: Context, request: Q) -> Result<R> {
        self.call(cx, request).await
    }

    /// Responds to one call.
    #[track_caller]
    pub fn returns(&self, response: R)
    where
        R: Clone + Sync,
    {
        self.script().returns(response);
    }

    /// Responds to one call with a response whose fields are empty.
    #[track_caller]
    pub fn returns_default(&self)
    where
        R: Clone + Default + Sync,
    {
        self.script().returns_default();
    }

    /// Responds to any number of calls.
    #[track_caller]
    pub fn always(&self, response: R)
    where
        R: Clone + Sync,
    {
        self.script().always(response);
    }

    /// Responds to any number of calls with the result of `handler`.
    #[track_caller]
    pub fn returns_with<F, Fut>(&self, handler: F)
    where
        F: Fn(FakeCall<Q>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R>> + Send + 'static,
    {
        self.script().returns_with(handler);
    }
}

impl<Q: RequestMessage, R: ResponseMessage> Script<UnaryShape<Q, R>> {
    /// Responds to one call, or to as many as [`times`](Self::times) sets.
    #[track_caller]
    pub fn returns(self, response: R)
    where
        R: Clone + Sync,
    {
        self.with_fixed_response().install(Times::ONCE, move |_| std::future::ready(Ok(response.clone())));
    }

    /// Responds with a response whose fields are empty, required ones too.
    #[track_caller]
    pub fn returns_default(self)
    where
        R: Clone + Default + Sync,
    {
        self.with_invalid_responses().returns(R::default());
    }

    /// Responds to any number of calls.
    #[track_caller]
    pub fn always(self, response: R)
    where
        R: Clone + Sync,
    {
        self.any_times().returns(response);
    }

    /// Responds with the result of `handler` to any number of calls, or to as many as [`times`](Self::times) sets.
    #[track_caller]
    pub fn returns_with<F, Fut>(self, handler: F)
    where
        F: Fn(FakeCall<Q>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R>> + Send + 'static,
    {
        self.install_handler(handler);
    }
}
