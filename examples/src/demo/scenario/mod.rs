//! The scenario of the demo, one section a file.

mod order;
mod outage;
mod rejections;
mod setup;
mod system;
mod totals;

pub(super) use self::system::DemoSystem;

use super::checklist::Checklist;
use crate::node::BoxError;

/// Runs all sections. Fails where it cannot go on.
pub(super) async fn run(checklist: &mut Checklist) -> Result<DemoSystem, BoxError> {
    setup::generate(checklist)?;
    let mut system = setup::start(checklist).await?;
    setup::fill_the_shelves(checklist, &system).await?;
    let courier = order::deliver_one(checklist, &mut system).await?;
    let courier = rejections::refuse(checklist, &mut system, courier).await?;
    outage::survive(checklist, &mut system, courier).await?;
    totals::add_up(checklist, &system).await?;
    Ok(system)
}
