//! The status of an order.
//!
//! ```text
//! PLACED -> RESERVED -> DISPATCHING <-> ASSIGNED -> IN_TRANSIT -> DELIVERED
//!    |          |            |             |
//!    +----------+------------+-------------+-> CANCELLED or FAILED
//! ```
//!
//! An order that failed while it was placed may be PLACED again.

use crate::generated::order::v1::order::Status;

/// Whether an order may change from one status to another.
pub fn may_become(from: Status, to: Status) -> bool {
    use Status::{Assigned, Cancelled, Delivered, Dispatching, Failed, InTransit, Placed, Reserved};
    match from {
        Placed => matches!(to, Reserved | Cancelled | Failed),
        Reserved => matches!(to, Dispatching | Cancelled | Failed),
        Dispatching => matches!(to, Assigned | Cancelled | Failed),
        Assigned => matches!(to, Dispatching | InTransit | Cancelled | Failed),
        InTransit => to == Delivered,
        Failed => to == Placed,
        Delivered | Cancelled | Status::Unrecognized(_) => false,
    }
}

/// Whether the status is final, unless the order is retried.
pub fn is_over(status: Status) -> bool {
    matches!(status, Status::Delivered | Status::Cancelled | Status::Failed)
}

/// Returns the name of a status.
pub fn name(status: Status) -> &'static str {
    match status {
        Status::Placed => "placed",
        Status::Reserved => "reserved",
        Status::Dispatching => "dispatching",
        Status::Assigned => "assigned",
        Status::InTransit => "in transit",
        Status::Delivered => "delivered",
        Status::Cancelled => "cancelled",
        Status::Failed => "failed",
        Status::Unrecognized(_) => "unknown",
    }
}

/// Returns the status with a name.
pub fn by_name(text: &str) -> Option<Status> {
    ALL.into_iter().find(|status| name(*status) == text)
}

const ALL: [Status; 8] = [
    Status::Placed,
    Status::Reserved,
    Status::Dispatching,
    Status::Assigned,
    Status::InTransit,
    Status::Delivered,
    Status::Cancelled,
    Status::Failed,
];

#[cfg(test)]
mod tests {
    use super::{ALL, Status, by_name, is_over, may_become, name};

    #[test]
    fn names_round_trip() {
        for status in ALL {
            assert_eq!(by_name(name(status)), Some(status));
        }
    }

    #[test]
    fn final_statuses_stay_except_a_failure() {
        for (from, to) in ALL.into_iter().flat_map(|from| ALL.map(|to| (from, to))) {
            let again = (from, to) == (Status::Failed, Status::Placed);
            assert!(!is_over(from) || again || !may_become(from, to), "{from:?} to {to:?}");
        }
    }

    #[test]
    fn every_status_is_reachable_and_no_transition_is_empty() {
        for to in ALL {
            assert!(ALL.into_iter().any(|from| may_become(from, to)), "{to:?}");
            assert!(!may_become(to, to), "{to:?}");
        }
    }

    #[test]
    fn an_order_that_was_picked_up_cannot_be_cancelled() {
        assert!(!may_become(Status::InTransit, Status::Cancelled));
        assert!(!may_become(Status::Delivered, Status::Cancelled));
    }
}
