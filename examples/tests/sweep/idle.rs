//! Orders that wait for others: the work of the services does not grow with their number.

use std::collections::BTreeMap;

use examples::{
    dispatch::store::{DispatchStore, NewAssignment},
    generated::{
        dispatch::v1::Point,
        order::v1::{Address, OrderItem, order::Status},
    },
    inventory::store::StockStore,
    order::{
        saga::FOLLOW_EVERY,
        store::{Draft, Due, OrderStore, Transition},
    },
};
use rust_svc::Context;

use crate::{
    system::Stores,
    world::{Story, World},
};

const IDLE: usize = 5_000;
const LOOKS: usize = 50;

/// Places orders for which dispatch searches a courier.
async fn place(stores: &Stores) {
    let items = vec![OrderItem { product_id: "tea".into(), quantity: 1, ..OrderItem::default() }];
    let delivery_address = Address { city: "Bergen".into(), ..Address::default() };
    let draft = Draft { customer_id: "ann".into(), items, delivery_address, ..Draft::default() };
    for _ in 0..IDLE {
        let order_id = stores.orders.place("", draft.clone()).await.expect("placed").order.order_id;
        let lease = stores.orders.lease(&order_id).await.expect("leased").expect("free");
        let reserved = Transition { renew_at: Some(i64::MAX), ..Transition::to(Status::Reserved) };
        for transition in [reserved, Transition::to(Status::Dispatching)] {
            stores.orders.advance(&lease, transition).await.expect("advanced");
        }
        stores.orders.release(&lease, Due::After(FOLLOW_EVERY)).await.expect("released");
        let destination = Point::default();
        let new = NewAssignment { assignment_id: order_id.clone(), order_id, destination };
        stores.couriers.assign(new).await.expect("assigned");
    }
}

/// Runs the periodic work of each process once.
async fn look(world: &World) {
    let processes = &world.processes;
    processes.orders.tend(&Context::new()).await.expect("nothing to do");
    processes.dispatch.end_silence().await;
    processes.dispatch.match_couriers().await;
    processes.stock.expire().await.expect("nothing to do");
}

#[tokio::test]
async fn idle_orders_cost_one_read_of_each_process() {
    let world = World::new(Story::NoCourier, None, None).await;
    place(&world.stores).await;
    let before = world.faults.counts();
    let changes = [world.stores.orders.changed(), world.stores.couriers.changed(), world.stores.stock.changed()];
    for _ in 0..LOOKS {
        look(&world).await;
    }
    let mut counts = world.faults.counts();
    for (name, count) in before {
        counts.entry(name).and_modify(|now| *now -= count);
    }
    let reads = [
        "orders: lease due",
        "orders: lease obligations",
        "dispatch: end silence",
        "dispatch: searching since",
        "stock: expire",
    ];
    counts.retain(|_, count| *count > 0);
    assert_eq!(counts, BTreeMap::from(reads.map(|name| (name, LOOKS))));
    assert!(changes.iter().all(|changes| !changes.has_changed().expect("open")), "nothing was written");
}
