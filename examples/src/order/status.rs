//! The life of an order.
//!
//! ```text
//! PLACED -> RESERVED -> DISPATCHING <-> ASSIGNED -> IN_TRANSIT -> DELIVERED
//!    |          |            |             |
//!    +----------+------------+-------------+-> CANCELLED or FAILED
//! ```
//!
//! An order that failed while it was placed may be PLACED again.

use crate::generated::order::v1::order::Status;

/// True if an order that stands so may come to stand so next.
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

/// True if nothing more happens to an order that stands so, unless it is tried again.
pub fn is_over(status: Status) -> bool {
    matches!(status, Status::Delivered | Status::Cancelled | Status::Failed)
}

/// The name of a status, for people.
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

/// The status of this name.
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
    fn names_come_back() {
        for status in ALL {
            assert_eq!(by_name(name(status)), Some(status));
        }
    }

    #[test]
    fn what_is_over_stays_so_but_a_failure() {
        for (from, to) in ALL.into_iter().flat_map(|from| ALL.map(|to| (from, to))) {
            let again = (from, to) == (Status::Failed, Status::Placed);
            assert!(!is_over(from) || again || !may_become(from, to), "{from:?} to {to:?}");
        }
    }

    #[test]
    fn all_can_be_reached_and_nothing_stays_as_it_is() {
        for to in ALL {
            assert!(ALL.into_iter().any(|from| may_become(from, to)), "{to:?}");
            assert!(!may_become(to, to), "{to:?}");
        }
    }

    #[test]
    fn what_has_left_the_house_cannot_be_cancelled() {
        assert!(!may_become(Status::InTransit, Status::Cancelled));
        assert!(!may_become(Status::Delivered, Status::Cancelled));
    }
}
