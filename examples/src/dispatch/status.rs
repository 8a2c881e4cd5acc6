//! The status of an assignment.
//!
//! ```text
//! SEARCHING <-> ACCEPTED -> PICKED_UP -> DELIVERED
//!     |            |
//!     +------------+-> CANCELLED, and from SEARCHING also FAILED, from PICKED_UP also LOST
//! ```

use crate::generated::dispatch::v1::assignment::Status;

/// Whether an assignment may change from one status to another.
pub fn may_become(from: Status, to: Status) -> bool {
    use Status::{Accepted, Cancelled, Delivered, Failed, Lost, PickedUp, Searching};
    match from {
        Searching => matches!(to, Accepted | Cancelled | Failed),
        Accepted => matches!(to, Searching | PickedUp | Cancelled),
        PickedUp => matches!(to, Delivered | Lost),
        Delivered | Cancelled | Failed | Lost | Status::Unrecognized(_) => false,
    }
}

/// Whether a courier has the order of an assignment with this status.
pub fn is_carried(status: Status) -> bool {
    matches!(status, Status::Accepted | Status::PickedUp)
}

/// Returns the name of a status.
pub fn name(status: Status) -> &'static str {
    match status {
        Status::Searching => "searching",
        Status::Accepted => "accepted",
        Status::PickedUp => "picked up",
        Status::Delivered => "delivered",
        Status::Cancelled => "cancelled",
        Status::Failed => "failed",
        Status::Lost => "lost",
        Status::Unrecognized(_) => "unknown",
    }
}

/// Returns the status with a name.
pub fn by_name(text: &str) -> Option<Status> {
    ALL.into_iter().find(|status| name(*status) == text)
}

const ALL: [Status; 7] = [
    Status::Searching,
    Status::Accepted,
    Status::PickedUp,
    Status::Delivered,
    Status::Cancelled,
    Status::Failed,
    Status::Lost,
];

#[cfg(test)]
mod tests {
    use super::{ALL, Status, by_name, may_become, name};

    #[test]
    fn names_round_trip() {
        for status in ALL {
            assert_eq!(by_name(name(status)), Some(status));
        }
    }

    #[test]
    fn a_picked_up_order_can_only_be_delivered_or_lost() {
        let next: Vec<_> = ALL.into_iter().filter(|to| may_become(Status::PickedUp, *to)).collect();
        assert_eq!(next, [Status::Delivered, Status::Lost]);
    }
}
