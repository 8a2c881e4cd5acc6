//! The steps of an order.

use rust_svc::{Code, Context, Error, Result};

use super::{
    super::{
        errors::{is_verdict, reason, refusal},
        service::Orders,
        store::{Due, Lease, OrderStoreError, StoredOrder, Transition},
    },
    FOLLOW_EVERY, backoff,
    trace::traced,
};
use crate::generated::{
    dispatch::v1::assignment,
    order::v1::{obligation::Kind, order::Status},
};

/// The result of a step: the order, if its next step is due; `None` if it waits for its assignment to change, or has ended.
pub(super) type Step = Option<StoredOrder>;

impl Orders {
    /// Makes the steps of a leased order until it waits, ends or fails. Returns the error of the last step.
    pub(in super::super) async fn pursue(&self, cx: &Context, lease: &Lease) -> Result<()> {
        let mut order = self.store.order(&lease.order_id).await?;
        let cx = &traced(cx, order.trace.as_ref());
        let end = loop {
            match self.step(cx, lease, &order).await {
                Ok(Some(next)) => order = next,
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        let due = if end.is_ok() { Due::After(FOLLOW_EVERY) } else { Due::Retry(backoff(order.failures)) };
        self.store.release(lease, due).await?;
        end
    }

    async fn step(&self, cx: &Context, lease: &Lease, order: &StoredOrder) -> Result<Step> {
        match order.status {
            Status::Placed => self.reserve(cx, lease, order).await,
            Status::Undoing => self.undo(cx, lease, order).await,
            Status::Reserved | Status::Dispatching | Status::Assigned if order.renew_at <= self.clock.now() => {
                self.renew(cx, lease, order).await
            }
            Status::Reserved => self.assign(cx, lease, order).await,
            Status::Dispatching | Status::Assigned | Status::InTransit => self.follow(cx, lease, order).await,
            Status::Delivered | Status::Cancelled | Status::Failed | Status::Unrecognized(_) => Ok(None),
        }
    }

    async fn reserve(&self, cx: &Context, lease: &Lease, order: &StoredOrder) -> Result<Step> {
        let transition = match self.call_reserve(cx, order).await {
            Ok(renew_at) => Transition { renew_at: Some(renew_at), ..Transition::to(Status::Reserved) },
            Err(error) if is_verdict(&error) => {
                report(order, &error);
                Transition { refusal: Some(refusal(&error)), ..Transition::to(Status::Failed).because(reason(&error)) }
            }
            Err(error) => return Err(error),
        };
        self.advance(lease, transition).await
    }

    /// Repeats the reservation, so that it does not expire. It may have expired while this service was down.
    async fn renew(&self, cx: &Context, lease: &Lease, order: &StoredOrder) -> Result<Step> {
        let transition = match self.call_reserve(cx, order).await {
            Ok(renew_at) => Transition { renew_at: Some(renew_at), ..Transition::to(order.status) },
            Err(error) if is_verdict(&error) => {
                report(order, &error);
                Transition::undo_to(Status::Failed, reason(&error))
            }
            Err(error) => return Err(error),
        };
        self.advance(lease, transition).await
    }

    async fn assign(&self, cx: &Context, lease: &Lease, order: &StoredOrder) -> Result<Step> {
        match self.call_assign(cx, order).await {
            // Changes before this response are in it; no notification of them comes any more.
            Ok(found) => match self.advance(lease, Transition::to(Status::Dispatching)).await? {
                Some(order) => self.catch_up(lease, order.status, &found).await,
                None => Ok(None),
            },
            Err(error) if is_verdict(&error) => {
                report(order, &error);
                self.advance(lease, Transition::undo_to(Status::Failed, "no courier can deliver the order")).await
            }
            Err(error) => Err(error),
        }
    }

    async fn undo(&self, cx: &Context, lease: &Lease, order: &StoredOrder) -> Result<Step> {
        match self.call_cancel(cx, order).await {
            Ok(Some(assignment::Status::Cancelled | assignment::Status::Failed)) => {
                let to = order.undo_to.unwrap_or(Status::Failed);
                let undone = Transition::to(to).because(order.order.reason.clone()).owing(Kind::ReturnStock);
                self.advance(lease, undone).await
            }
            // It was too late, or the response is not a word that can be relied on.
            Ok(_) => self.follow(cx, lease, order).await,
            Err(error) if error.code() == Code::FailedPrecondition => self.follow(cx, lease, order).await,
            Err(error) => Err(error),
        }
    }

    /// Records a transition. If the customer has cancelled meanwhile, the order continues from there.
    pub(super) async fn advance(&self, lease: &Lease, transition: Transition) -> Result<Step> {
        match self.store.advance(lease, transition).await {
            Ok(order) => Ok(Some(order)),
            Err(OrderStoreError::WrongStatus(_)) => Ok(Some(self.store.order(&lease.order_id).await?)),
            Err(error) => Err(Error::from(error)),
        }
    }
}

/// Logs a verdict for the operators. The customer reads a reason that names no other service.
fn report(order: &StoredOrder, error: &Error) {
    tracing::warn!(order = order.order.order_id, %error, "a step of the order was refused");
}
