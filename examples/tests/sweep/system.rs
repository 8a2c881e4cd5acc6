//! The three services on stores that outlive their processes.

use std::sync::Arc;

use examples::{
    database::IN_MEMORY,
    dispatch::{Dispatch, DispatchConfig, sqlite::SqliteDispatchStore},
    inventory::{Inventory, sqlite::SqliteStockStore},
    order::{Orders, sqlite::SqliteOrderStore},
    time::Clock,
};

use crate::{
    dispatch_store::FaultyDispatchStore,
    faults::Faults,
    order_store::FaultyOrderStore,
    services::{FaultyDispatch, FaultyInventory},
    stock_store::FaultyStockStore,
};

/// The stores, without faults.
#[derive(Clone)]
pub(crate) struct Stores {
    pub(crate) orders: SqliteOrderStore,
    pub(crate) stock: SqliteStockStore,
    pub(crate) couriers: SqliteDispatchStore,
}

impl Stores {
    pub(crate) async fn open(clock: &Clock) -> Self {
        Self {
            orders: SqliteOrderStore::open(IN_MEMORY, clock.clone()).await.expect("opens"),
            stock: SqliteStockStore::open(IN_MEMORY, clock.clone()).await.expect("opens"),
            couriers: SqliteDispatchStore::open(IN_MEMORY, clock.clone()).await.expect("opens"),
        }
    }
}

/// The processes, in which each call of a store or of another service may fail.
#[derive(Clone)]
pub(crate) struct Processes {
    pub(crate) orders: Orders,
    pub(crate) inventory: Inventory,
    pub(crate) dispatch: Dispatch,
    /// The store of dispatch, for the courier.
    pub(crate) couriers: FaultyDispatchStore,
    /// The store of the inventory, for the expiry of reservations.
    pub(crate) stock: FaultyStockStore,
}

impl Processes {
    pub(crate) fn start(stores: &Stores, config: DispatchConfig, faults: &Faults, clock: &Clock) -> Self {
        let Stores { orders, stock, couriers } = stores.clone();
        let couriers = FaultyDispatchStore { real: couriers, faults: faults.clone() };
        let stock = FaultyStockStore { real: stock, faults: faults.clone() };
        let dispatch = Dispatch::new(Arc::new(couriers.clone()), config, clock.clone());
        let inventory = Inventory::new(Arc::new(stock.clone()), clock.clone());
        let orders = Orders::new(
            Arc::new(FaultyOrderStore { real: orders, faults: faults.clone() }),
            Arc::new(FaultyInventory { real: Arc::new(inventory.clone()), faults: faults.clone() }),
            Arc::new(FaultyDispatch { real: Arc::new(dispatch.clone()), faults: faults.clone() }),
            clock.clone(),
        );
        Self { orders, inventory, dispatch, couriers, stock }
    }
}
