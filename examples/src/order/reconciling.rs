//! Reconciliation with dispatch: the status of an order follows its assignment.

use std::{convert::Infallible, time::Duration};

use rust_svc::{Code, Context, Result};
use tokio::time::{self, MissedTickBehavior};

use super::{
    service::Orders,
    store::{OrderStoreError, OutboxTask, StoredOrder, Transition, attempt_id},
};
use crate::generated::{
    dispatch::v1::{GetAssignmentRequest, assignment},
    order::v1::order::Status,
};

/// The statuses of orders that have an assignment.
const FOLLOWED: [Status; 3] = [Status::Dispatching, Status::Assigned, Status::InTransit];

impl Orders {
    /// Reconciles at an interval, forever.
    pub async fn reconcile_forever(&self, interval: Duration) -> Infallible {
        let mut ticks = time::interval(interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.reconcile(&Context::new()).await {
                tracing::error!(%error, "the orders could not be reconciled");
            }
        }
    }

    /// Makes the pending calls of all orders, and updates orders from their assignments.
    pub async fn reconcile(&self, cx: &Context) -> Result<()> {
        self.process_outbox(cx).await?;
        let mut followed = Vec::new();
        for status in FOLLOWED {
            followed.extend(self.store.with_status(status).await?);
        }
        for order in &followed {
            self.follow(cx, order).await?;
        }
        Ok(())
    }

    async fn follow(&self, cx: &Context, order: &StoredOrder) -> Result<()> {
        let assignment_id = attempt_id(&order.order.order_id, order.attempt);
        let request = GetAssignmentRequest { assignment_id, order_id: String::new() };
        match self.dispatch.get_assignment(cx.child(), request).await {
            Ok(found) => self.catch_up(cx, order, found.assignment.status).await,
            // Dispatch may be down; the next run asks again.
            Err(error) => {
                let is_lost = error.code() == Code::NotFound;
                tracing::debug!(order = order.order.order_id, is_lost, %error, "no assignment from dispatch");
                Ok(())
            }
        }
    }

    async fn catch_up(&self, cx: &Context, order: &StoredOrder, stands: Option<assignment::Status>) -> Result<()> {
        let Some(stands) = stands else { return Ok(()) };
        for step in steps(order.status, stands) {
            match self.store.advance(&order.order.order_id, step).await {
                Ok(_) => (),
                // The order was changed meanwhile, such as cancelled.
                Err(OrderStoreError::WrongStatus(_)) => break,
                Err(error) => return Err(error.into()),
            }
        }
        self.process_outbox_of(cx, &order.order.order_id).await
    }
}

/// The transitions from the status of an order to the status of its assignment, without gaps.
fn steps(from: Status, now: assignment::Status) -> Vec<Transition> {
    let way = [
        Transition::to(Status::Dispatching),
        Transition::to(Status::Assigned),
        Transition::to(Status::InTransit).with_tasks([OutboxTask::ShipStock]),
        Transition::to(Status::Delivered),
    ];
    let place = |status| way.iter().position(|step| step.to == status);
    let to = match now {
        assignment::Status::Searching => Status::Dispatching,
        assignment::Status::Accepted => Status::Assigned,
        assignment::Status::PickedUp => Status::InTransit,
        assignment::Status::Delivered => Status::Delivered,
        assignment::Status::Cancelled => return vec![ended(Status::Cancelled, "dispatch called it off")],
        assignment::Status::Failed => return vec![ended(Status::Failed, "no courier was found in time")],
        assignment::Status::Unrecognized(_) => return Vec::new(),
    };
    match (place(from), place(to)) {
        (Some(from), Some(to)) if from < to => way[from + 1..=to].to_vec(),
        (Some(from), Some(to)) if from > to => vec![way[to].clone()],
        _ => Vec::new(),
    }
}

fn ended(status: Status, reason: &str) -> Transition {
    Transition::to(status).because(reason).with_tasks([OutboxTask::ReturnStock])
}

#[cfg(test)]
mod tests {
    use super::{Status, assignment, steps};

    #[test]
    fn transitions_have_no_gaps() {
        let cases: [(Status, assignment::Status, &[Status]); 6] = [
            (Status::Dispatching, assignment::Status::Searching, &[]),
            (Status::Dispatching, assignment::Status::Accepted, &[Status::Assigned]),
            (
                Status::Dispatching,
                assignment::Status::Delivered,
                &[Status::Assigned, Status::InTransit, Status::Delivered],
            ),
            (Status::Assigned, assignment::Status::Searching, &[Status::Dispatching]),
            (Status::InTransit, assignment::Status::Delivered, &[Status::Delivered]),
            (Status::Assigned, assignment::Status::Failed, &[Status::Failed]),
        ];
        for (from, now, expected) in cases {
            let to: Vec<_> = steps(from, now).into_iter().map(|step| step.to).collect();
            assert_eq!(to, expected, "{from:?} {now:?}");
        }
    }
}
