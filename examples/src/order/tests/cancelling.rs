//! Cancelling orders.

use std::time::Duration;

use rust_svc::{Code, Error};

use super::shop::{TestShop, cancelled, with};
use crate::generated::{
    dispatch::v1::{GetAssignmentResponse, assignment},
    inventory::v1::{ReleaseReservationResponse, release_reservation_request::Outcome},
    order::v1::order::Status,
};

#[tokio::test]
async fn cancelling_cancels_the_assignment_and_releases_the_stock() {
    let shop = TestShop::open().await;
    let order = shop.create("k").await.expect("created");
    let cancelled = shop.cancel(&order.order_id).await.expect("cancelled");
    assert_eq!((cancelled.status, cancelled.reason.as_str()), (Some(Status::Cancelled), "changed my mind"));
    assert_eq!(shop.cancel(&order.order_id).await.expect("still cancelled"), cancelled);
    let name = order.order_id.clone();
    assert_eq!(shop.releases(), [(name.clone(), Some(Outcome::Returned))]);
    assert_eq!(shop.dispatch.cancel_assignment.requests()[0].assignment_id, name);
    assert_eq!(shop.create("k").await.expect("the same order"), cancelled);
}

/// Dispatch recorded the assignment, its response was lost, and the courier picked the order up.
#[tokio::test]
async fn an_order_that_a_courier_has_is_delivered_and_not_undone() {
    let shop = TestShop::open().await;
    shop.dispatch.assign_order.reset();
    shop.dispatch.assign_order.fails(Error::deadline_exceeded("lost"));
    let order = shop.create("k").await.expect("recorded");
    shop.dispatch.cancel_assignment.reset();
    shop.dispatch.cancel_assignment.always_fails(Error::failed_precondition("picked up"));
    let found = GetAssignmentResponse { assignment: with(assignment::Status::PickedUp) };
    shop.dispatch.get_assignment.always(found);
    assert_eq!(shop.cancel(&order.order_id).await.expect_err("too late").code(), Code::FailedPrecondition);
    assert_eq!(shop.get(&order.order_id).await.status, Some(Status::InTransit));
    assert_eq!(shop.releases(), [(order.order_id.clone(), Some(Outcome::Shipped))]);
    shop.follow(assignment::Status::Delivered).await;
    assert_eq!(shop.get(&order.order_id).await.status, Some(Status::Delivered));
}

#[tokio::test]
async fn a_cancellation_waits_for_the_word_of_dispatch() {
    let shop = TestShop::open().await;
    let order = shop.create("k").await.expect("created");
    shop.dispatch.cancel_assignment.reset();
    shop.dispatch.cancel_assignment.fails(Error::unavailable("dispatch is down"));
    assert_eq!(shop.cancel(&order.order_id).await.expect("recorded").status, Some(Status::Undoing));
    shop.inventory.release_reservation.called(0);
    shop.dispatch.cancel_assignment.always(cancelled());
    shop.tend_after(Duration::from_secs(1)).await;
    let undone = shop.get(&order.order_id).await;
    assert_eq!((undone.status, undone.reason.as_str()), (Some(Status::Cancelled), "changed my mind"));
    assert_eq!(shop.releases(), [(order.order_id, Some(Outcome::Returned))]);
}

#[tokio::test]
async fn an_order_in_transit_is_not_cancelled() {
    let shop = TestShop::open().await;
    let order = shop.create("k").await.expect("created");
    shop.follow(assignment::Status::PickedUp).await;
    let error = shop.cancel(&order.order_id).await.expect_err("too late");
    assert_eq!(error.code(), Code::FailedPrecondition);
    shop.dispatch.cancel_assignment.called(0);
}

#[tokio::test]
async fn a_failed_obligation_is_repeated() {
    let shop = TestShop::open().await;
    let order = shop.create("k").await.expect("created");
    shop.inventory.release_reservation.reset();
    shop.inventory.release_reservation.fails(Error::unavailable("the inventory is down"));
    shop.cancel(&order.order_id).await.expect("cancelled");
    shop.inventory.release_reservation.called(1);
    assert_eq!((shop.obligations().await.total, shop.obligations().await.refused), (1, 0));

    shop.inventory.release_reservation.always(ReleaseReservationResponse::default());
    for _ in 0..2 {
        shop.tend_after(Duration::from_secs(1)).await;
    }
    shop.inventory.release_reservation.called(2);
    assert_eq!(shop.obligations().await.total, 0);
}

#[tokio::test]
async fn a_refused_obligation_is_kept_and_shown() {
    let shop = TestShop::open().await;
    let order = shop.create("k").await.expect("created");
    shop.inventory.release_reservation.reset();
    shop.inventory.release_reservation.fails(Error::aborted("the reservation has ended already"));
    shop.cancel(&order.order_id).await.expect("cancelled");
    let owed = shop.obligations().await;
    assert_eq!((owed.total, owed.refused), (1, 1));
    assert!(owed.oldest[0].last_error.contains("has ended already"));

    shop.inventory.release_reservation.always(ReleaseReservationResponse::default());
    shop.tend_after(Duration::from_mins(2)).await;
    assert_eq!(shop.obligations().await.total, 0);
}
