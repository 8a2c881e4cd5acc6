//! Methods with one request and one response.

use std::future::Future;

use futures::future::BoxFuture;

use crate::{
    Context, Result,
    fake::{
        Call, MethodFake, Played, Reply, Script, Times,
        shape::{Request, Response, UnaryShape},
    },
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

impl<Q: Request, R: Response> Unary<Q, R> {
    /// Answers a call. Generated code calls it. Boxed here, once for all messages, because a compiler takes long to look
    /// into what is inside for each method of each fake.
    pub fn unary(&self, cx: Context, request: Q) -> BoxFuture<'_, Result<R>> {
        Box::pin(async move {
            let flight = self.begin(cx);
            let request = flight.one(request);
            let answer = self.answer(&flight, Box::new(request)).await;
            flight.finish(answer)
        })
    }

    /// Answers one call.
    #[track_caller]
    pub fn returns(&self, response: R)
    where
        R: Clone + Sync,
    {
        self.script().returns(response);
    }

    /// Answers any number of calls.
    #[track_caller]
    pub fn always(&self, response: R)
    where
        R: Clone + Sync,
    {
        self.script().always(response);
    }

    /// Answers any number of calls with what `handler` makes of each.
    #[track_caller]
    pub fn returns_with<F, Fut>(&self, handler: F)
    where
        F: Fn(Call<Q>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R>> + Send + 'static,
    {
        self.script().returns_with(handler);
    }

    /// Waits for a call, which the test then answers. From the first time on, calls that no script before it answers
    /// wait to be taken, also between one `take` and the next.
    #[track_caller]
    pub fn take(&self) -> impl Future<Output = Played<Q, Reply<R>>> + Send + use<Q, R> {
        let queue = self.queue();
        async move { Played::replying(queue.leave().await) }
    }
}

impl<Q: Request, R: Response> Script<UnaryShape<Q, R>> {
    /// Answers one call, or as many as [`times`](Self::times) says.
    #[track_caller]
    pub fn returns(self, response: R)
    where
        R: Clone + Sync,
    {
        self.install(Times::ONCE, move |_| std::future::ready(Ok(response.clone())));
    }

    /// Answers any number of calls.
    #[track_caller]
    pub fn always(self, response: R)
    where
        R: Clone + Sync,
    {
        self.any_times().returns(response);
    }

    /// Answers with what `handler` makes of each call: any number, unless [`times`](Self::times) says.
    #[track_caller]
    pub fn returns_with<F, Fut>(self, handler: F)
    where
        F: Fn(Call<Q>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R>> + Send + 'static,
    {
        self.install(Times::ANY, handler);
    }
}
