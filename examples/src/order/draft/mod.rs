//! Orders as customers send them.

mod prices;
mod requests;

pub(super) use prices::total;
pub(super) use requests::{check_instructions, of_request, of_upload};
