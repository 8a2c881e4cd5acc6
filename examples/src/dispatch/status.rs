//! The life of an assignment.
//!
//! ```text
//! SEARCHING <-> ACCEPTED -> PICKED_UP -> DELIVERED
//!     |            |
//!     +------------+-> CANCELLED, and from SEARCHING also FAILED
//! ```

use crate::generated::dispatch::v1::assignment::Status;

/// True if an assignment that stands so may come to stand so next.
pub fn may_become(from: Status, to: Status) -> bool {
    use Status::{Accepted, Cancelled, Delivered, Failed, PickedUp, Searching};
    match from {
        Searching => matches!(to, Accepted | Cancelled | Failed),
        Accepted => matches!(to, Searching | PickedUp | Cancelled),
        PickedUp => to == Delivered,
        Delivered | Cancelled | Failed | Status::Unrecognized(_) => false,
    }
}

/// True if a courier has the order of an assignment that stands so.
pub fn is_carried(status: Status) -> bool {
    matches!(status, Status::Accepted | Status::PickedUp)
}

/// The name of a status, for people.
pub fn name(status: Status) -> &'static str {
    match status {
        Status::Searching => "searching",
        Status::Accepted => "accepted",
        Status::PickedUp => "picked up",
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

const ALL: [Status; 6] =
    [Status::Searching, Status::Accepted, Status::PickedUp, Status::Delivered, Status::Cancelled, Status::Failed];

#[cfg(test)]
mod tests {
    use super::{ALL, Status, by_name, may_become, name};

    #[test]
    fn names_come_back() {
        for status in ALL {
            assert_eq!(by_name(name(status)), Some(status));
        }
    }

    #[test]
    fn what_is_picked_up_is_delivered() {
        let next: Vec<_> = ALL.into_iter().filter(|to| may_become(Status::PickedUp, *to)).collect();
        assert_eq!(next, [Status::Delivered]);
    }
}
