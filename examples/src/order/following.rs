//! Following dispatch: what its couriers do becomes the status of the orders.

use std::{convert::Infallible, time::Duration};

use rust_svc::{Code, Context, Result};
use tokio::time::{self, MissedTickBehavior};

use super::{
    service::Orders,
    store::{Refusal, Step, StoredOrder, Task, name_of_attempt},
};
use crate::generated::{
    dispatch::v1::{GetAssignmentRequest, assignment},
    order::v1::order::Status,
};

/// The orders that dispatch has.
const FOLLOWED: [Status; 3] = [Status::Dispatching, Status::Assigned, Status::InTransit];

impl Orders {
    /// Tends the orders for ever, a while apart.
    pub async fn keep_tending(&self, interval: Duration) -> Infallible {
        let mut ticks = time::interval(interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.tend(&Context::new()).await {
                tracing::error!(%error, "the orders could not be tended");
            }
        }
    }

    /// Does what is still to be done about all orders, and asks dispatch how those stand that it has.
    pub async fn tend(&self, cx: &Context) -> Result<()> {
        self.settle_all(cx).await?;
        let mut followed = Vec::new();
        for status in FOLLOWED {
            followed.extend(self.store.standing(status).await?);
        }
        for order in &followed {
            self.follow(cx, order).await?;
        }
        Ok(())
    }

    async fn follow(&self, cx: &Context, order: &StoredOrder) -> Result<()> {
        let assignment_id = name_of_attempt(&order.order.order_id, order.attempt);
        let request = GetAssignmentRequest { assignment_id, order_id: String::new() };
        match self.dispatch.get_assignment(cx.child(), request).await {
            Ok(found) => self.catch_up(cx, order, found.assignment.status).await,
            // Dispatch may be down: it is asked again.
            Err(error) => {
                let is_lost = error.code() == Code::NotFound;
                tracing::debug!(order = order.order.order_id, is_lost, %error, "dispatch does not tell");
                Ok(())
            }
        }
    }

    async fn catch_up(&self, cx: &Context, order: &StoredOrder, stands: Option<assignment::Status>) -> Result<()> {
        let Some(stands) = stands else { return Ok(()) };
        for step in steps(order.status, stands) {
            match self.store.advance(&order.order.order_id, step).await {
                Ok(_) => (),
                // Somebody else was faster, such as one who cancelled the order.
                Err(Refusal::NotNow(_)) => break,
                Err(refusal) => return Err(refusal.into()),
            }
        }
        self.settle(cx, &order.order.order_id).await
    }
}

/// What happened to an order since it stood so, if its assignment stands so now. No step is left out.
fn steps(from: Status, now: assignment::Status) -> Vec<Step> {
    let way = [
        Step::to(Status::Dispatching),
        Step::to(Status::Assigned),
        Step::to(Status::InTransit).with_duties([Task::ShipStock]),
        Step::to(Status::Delivered),
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

fn ended(status: Status, reason: &str) -> Step {
    Step::to(status).because(reason).with_duties([Task::ReturnStock])
}

#[cfg(test)]
mod tests {
    use super::{Status, assignment, steps};

    #[test]
    fn no_step_is_left_out() {
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
