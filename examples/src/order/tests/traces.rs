//! The trace of an order.

use std::{sync::Arc, time::Duration};

use rust_svc::{Context, Error, TraceContext};

use super::{
    super::Orders,
    shop::{TestShop, request, with},
};
use crate::generated::{
    dispatch::v1::{AssignOrderResponse, GetAssignmentResponse, assignment},
    order::v1::OrderService,
};

/// The process ends after the first step, and another one continues on its store.
#[tokio::test]
async fn another_process_continues_the_trace_of_an_order() {
    let shop = TestShop::open().await;
    shop.dispatch.assign_order.reset();
    shop.dispatch.assign_order.fails(Error::unavailable("dispatch is down"));
    let trace = TraceContext::root(true);
    let cx = Context::new().with_trace(trace.clone());
    shop.orders.create_order(cx, request("k")).await.expect("recorded");

    let (inventory, dispatch) = (Arc::new(shop.inventory.clone()), Arc::new(shop.dispatch.clone()));
    let other = Orders::new(shop.store.clone(), inventory, dispatch, shop.clock.clone());
    shop.dispatch.assign_order.always(AssignOrderResponse::default());
    let delivered = GetAssignmentResponse { assignment: with(assignment::Status::Delivered) };
    shop.dispatch.get_assignment.always(delivered);
    for wait in [Duration::from_secs(1), super::super::saga::FOLLOW_EVERY] {
        shop.clock.advance(wait);
        other.tend(&Context::new()).await.expect("pursued");
    }
    let mut traces: Vec<_> = shop.dispatch.assign_order.calls().iter().map(|call| call.trace().cloned()).collect();
    traces.extend(shop.dispatch.get_assignment.calls().iter().map(|call| call.trace().cloned()));
    traces.extend(shop.inventory.release_reservation.calls().iter().map(|call| call.trace().cloned()));
    let ids: Vec<_> = traces.into_iter().map(|found| found.map(|found| found.trace_id())).collect();
    assert_eq!(ids, vec![Some(trace.trace_id()); 4]);
}
