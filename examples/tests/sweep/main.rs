//! Every call of the saga and of the stores of all services, failing in every way: the order still ends as it should, and the
//! stock adds up.
//!
//! The clock is manual: nothing waits.

mod dispatch_store;
mod faults;
mod idle;
mod order_store;
mod services;
mod stock_store;
mod system;
mod world;

use crate::{
    faults::{Defect, Fault},
    world::{Story, World},
};

async fn violations(story: Story, target: Option<(usize, Fault)>, defect: Option<Defect>) -> (World, Vec<String>) {
    let mut world = World::new(story, target, defect).await;
    world.play().await;
    let violations = world.violations().await;
    (world, violations)
}

async fn sweep(story: Story) {
    let (world, found) = violations(story, None, None).await;
    assert!(found.is_empty(), "{story:?} without faults: {found:?}");
    let calls = world.faults.log();
    for (number, call) in calls.iter().enumerate() {
        for fault in Fault::ALL {
            let (world, found) = violations(story, Some((number, fault)), None).await;
            let log = world.faults.log();
            assert!(found.is_empty(), "{story:?}, call {number} ({call}), {fault:?}: {found:#?}\n{log:?}");
        }
    }
}

#[tokio::test]
async fn a_delivery_survives_every_fault() {
    sweep(Story::Delivery).await;
}

#[tokio::test]
async fn a_cancellation_survives_every_fault() {
    sweep(Story::Cancellation).await;
}

#[tokio::test]
async fn a_late_cancellation_survives_every_fault() {
    sweep(Story::LateCancellation).await;
}

#[tokio::test]
async fn an_order_without_a_courier_survives_every_fault() {
    sweep(Story::NoCourier).await;
}

/// The sweep has to be able to fail.
#[tokio::test]
async fn defects_are_found() {
    let defects =
        [Defect::UndoesWithoutDispatch, Defect::ForgetsToReturn, Defect::ForgetsToShip, Defect::ReservesTwice];
    for defect in defects {
        let mut found = Vec::new();
        for story in Story::ALL {
            found.extend(violations(story, None, Some(defect)).await.1);
        }
        assert!(!found.is_empty(), "{defect:?} is not found");
    }
}
