//! The status of an order follows its assignment.

use rust_svc::{Code, Context, Result};

use super::{
    super::{
        service::Orders,
        store::{Lease, StoredOrder, Transition},
    },
    step::Step,
};
use crate::{
    generated::{
        dispatch::v1::{Assignment, assignment},
        order::v1::{obligation::Kind, order::Status},
    },
    time,
};

impl Orders {
    pub(super) async fn follow(&self, cx: &Context, lease: &Lease, order: &StoredOrder) -> Result<Step> {
        match self.call_get_assignment(cx, order).await {
            Ok(found) => self.catch_up(lease, order.status, &found).await,
            Err(error) if error.code() == Code::NotFound => self.ask_again(cx, lease, order).await,
            Err(error) => Err(error),
        }
    }

    /// Follows an assignment to its current status.
    pub(super) async fn catch_up(&self, lease: &Lease, mut status: Status, found: &Assignment) -> Result<Step> {
        while let Some(transition) = next(status, found) {
            let Some(order) = self.advance(lease, transition).await? else { break };
            status = order.status;
        }
        Ok(None)
    }

    /// Dispatch has lost the assignment, such as by restoring an old state.
    async fn ask_again(&self, cx: &Context, lease: &Lease, order: &StoredOrder) -> Result<Step> {
        tracing::error!(order = order.order.order_id, "dispatch does not know the assignment of the order");
        if order.status == Status::InTransit {
            let lost = Transition::to(Status::Failed).because("the delivery is not known any more");
            return self.advance(lease, lost).await;
        }
        self.call_assign(cx, order).await?;
        if order.status == Status::Assigned {
            self.advance(lease, Transition::to(Status::Dispatching)).await?;
        }
        Ok(None)
    }
}

/// Returns the next transition on the way from the status of an order to the status of its assignment, without gaps.
fn next(from: Status, found: &Assignment) -> Option<Transition> {
    use assignment::Status::{Accepted, Cancelled, Delivered, Failed, Lost, PickedUp, Searching};
    let has_left = matches!(found.status?, PickedUp | Delivered | Lost);
    match (from, found.status?) {
        (Status::Dispatching, Accepted) => Some(Transition::to(Status::Assigned)),
        (Status::Dispatching, _) if has_left => Some(Transition::to(Status::Assigned)),
        (Status::Assigned | Status::Undoing, _) if has_left => Some(shipped(found)),
        (Status::Assigned, Searching) => Some(Transition::to(Status::Dispatching)),
        (Status::InTransit, Delivered) => Some(Transition::to(Status::Delivered)),
        (Status::InTransit, Lost) => {
            Some(Transition::to(Status::Failed).because("the courier was lost with the order"))
        }
        (Status::Dispatching | Status::Assigned, Cancelled) => {
            Some(ended(Status::Cancelled, "the delivery was called off"))
        }
        (Status::Dispatching | Status::Assigned, Failed) => Some(ended(Status::Failed, "no courier was found in time")),
        _ => None,
    }
}

fn shipped(found: &Assignment) -> Transition {
    let obligation = Some((Kind::ShipStock, found.pickup_time.map(time::to_micros)));
    Transition { obligation, ..Transition::to(Status::InTransit) }
}

fn ended(status: Status, reason: &str) -> Transition {
    Transition::to(status).because(reason).owing(Kind::ReturnStock)
}

#[cfg(test)]
mod tests {
    use super::{Assignment, Status, assignment, next};

    fn way(mut from: Status, to: assignment::Status) -> Vec<Status> {
        let found = Assignment { status: Some(to), ..Assignment::default() };
        let mut seen = Vec::new();
        while let Some(transition) = next(from, &found) {
            from = transition.to;
            seen.push(from);
        }
        seen
    }

    #[test]
    fn transitions_have_no_gaps() {
        use assignment::Status as Found;
        let cases: [(Status, Found, &[Status]); 9] = [
            (Status::Dispatching, Found::Searching, &[]),
            (Status::Dispatching, Found::Accepted, &[Status::Assigned]),
            (Status::Dispatching, Found::Delivered, &[Status::Assigned, Status::InTransit, Status::Delivered]),
            (Status::Assigned, Found::Searching, &[Status::Dispatching]),
            (Status::Assigned, Found::Lost, &[Status::InTransit, Status::Failed]),
            (Status::InTransit, Found::Delivered, &[Status::Delivered]),
            (Status::Assigned, Found::Failed, &[Status::Failed]),
            (Status::Undoing, Found::PickedUp, &[Status::InTransit]),
            (Status::Undoing, Found::Searching, &[]),
        ];
        for (from, found, expected) in cases {
            assert_eq!(way(from, found), expected, "{from:?} {found:?}");
        }
    }
}
