//! The story that the demo tells, a chapter a file.

mod beginning;
mod ending;
mod order;
mod outage;
mod refusals;
mod world;

pub(super) use self::world::World;

use super::account::Account;
use crate::node::Failure;

/// Tells all of it. Fails where it cannot go on.
pub(super) async fn tell(account: &mut Account) -> Result<World, Failure> {
    beginning::generate(account)?;
    let mut world = beginning::start(account).await?;
    beginning::fill_the_shelves(account, &world).await?;
    let courier = order::deliver_one(account, &mut world).await?;
    let courier = refusals::refuse(account, &mut world, courier).await?;
    outage::survive(account, &mut world, courier).await?;
    ending::add_up(account, &world).await?;
    Ok(world)
}
