//! The status of an order.
//!
//! ```text
//! PLACED -> RESERVED -> DISPATCHING <-> ASSIGNED -> IN_TRANSIT -> DELIVERED
//!    |          |            |             |            |  ^
//!    |          |            |             |            |  |
//!    +----------+------------+-------------+-> UNDOING -|--+    if a courier has picked it up
//!    |                       |             |      |     |
//!    +-> FAILED              +-------------+------+-> CANCELLED or FAILED
//! ```
//!
//! DELIVERED, CANCELLED and FAILED are final.

use crate::generated::order::v1::order::Status;

/// Whether an order may change from one status to another.
pub fn may_become(from: Status, to: Status) -> bool {
    use Status::{Assigned, Cancelled, Delivered, Dispatching, Failed, InTransit, Placed, Reserved, Undoing};
    match from {
        Placed => matches!(to, Reserved | Undoing | Failed),
        Reserved => matches!(to, Dispatching | Undoing),
        Dispatching => matches!(to, Assigned | Undoing | Cancelled | Failed),
        Assigned => matches!(to, Dispatching | InTransit | Undoing | Cancelled | Failed),
        Undoing => matches!(to, InTransit | Cancelled | Failed),
        InTransit => matches!(to, Delivered | Failed),
        Delivered | Cancelled | Failed | Status::Unrecognized(_) => false,
    }
}

/// Whether the status is final.
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
        Status::Undoing => "undoing",
        Status::Unrecognized(_) => "unknown",
    }
}

/// Returns the status with a name.
pub fn by_name(text: &str) -> Option<Status> {
    ALL.into_iter().find(|status| name(*status) == text)
}

const ALL: [Status; 9] = [
    Status::Placed,
    Status::Reserved,
    Status::Dispatching,
    Status::Assigned,
    Status::InTransit,
    Status::Delivered,
    Status::Cancelled,
    Status::Failed,
    Status::Undoing,
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
    fn final_statuses_stay() {
        for (from, to) in ALL.into_iter().flat_map(|from| ALL.map(|to| (from, to))) {
            assert!(!is_over(from) || !may_become(from, to), "{from:?} to {to:?}");
        }
    }

    #[test]
    fn every_status_is_reachable_and_no_transition_is_empty() {
        for to in ALL {
            assert!(to == Status::Placed || ALL.into_iter().any(|from| may_become(from, to)), "{to:?}");
            assert!(!may_become(to, to), "{to:?}");
        }
    }

    #[test]
    fn an_order_that_was_picked_up_cannot_be_cancelled() {
        assert!(!may_become(Status::InTransit, Status::Cancelled));
        assert!(!may_become(Status::InTransit, Status::Undoing));
        assert!(!may_become(Status::Delivered, Status::Cancelled));
    }
}
