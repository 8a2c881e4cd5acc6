//! The roles of methods.

use std::collections::HashMap;

use rust_svc::{
    Error, Method, Result, async_trait,
    intercept::{Call, Interceptor, Stage},
};

use super::{
    Caller,
    Role::{self, Courier, Customer, Gateway, Operator, Orders, Sensor},
};
use crate::generated::{
    dispatch::v1::{courier_service as couriers, dispatch_service as dispatch, route_service as routes},
    inventory::v1::inventory_service as inventory,
    order::v1::{order_operations_service as operations, order_service as orders, tracking_service as tracking},
};

/// Refuses callers without a role for the method. Methods that are not listed are refused.
pub struct Roles {
    by_method: HashMap<&'static str, &'static [Role]>,
}

impl Roles {
    /// The methods of the gateway.
    pub fn of_gateway() -> Self {
        let methods = PUBLIC.iter().map(|method| (method.full_name(), &[Customer, Operator] as &[_]));
        Self { by_method: methods.collect() }
    }

    /// The methods of the services, at inner addresses.
    pub fn of_services() -> Self {
        let public = PUBLIC.iter().map(|method| (method.full_name(), &[Gateway, Operator] as &[_]));
        let inner = INNER.iter().map(|(method, roles)| (method.full_name(), *roles));
        Self { by_method: public.chain(inner).collect() }
    }
}

/// The methods that customers may call.
const PUBLIC: [Method; 10] = [
    inventory::CHECK_STOCK,
    inventory::WATCH_STOCK_LEVELS,
    orders::CREATE_ORDER,
    orders::GET_ORDER,
    orders::LIST_ORDERS,
    orders::UPDATE_ORDER,
    orders::CANCEL_ORDER,
    orders::STREAM_ORDER_UPDATES,
    orders::UPLOAD_ORDER_ITEMS,
    tracking::GET_TRACKING,
];

const INNER: [(Method, &[Role]); 14] = [
    (inventory::RESERVE_ITEMS, &[Orders]),
    (inventory::RELEASE_RESERVATION, &[Orders]),
    (inventory::UPLOAD_TELEMETRY, &[Sensor, Operator]),
    (operations::LIST_OBLIGATIONS, &[Operator]),
    (dispatch::ASSIGN_ORDER, &[Orders]),
    (dispatch::GET_ASSIGNMENT, &[Orders, Gateway, Operator]),
    (dispatch::CANCEL_ASSIGNMENT, &[Orders]),
    (dispatch::WATCH_ASSIGNMENTS, &[Orders, Operator]),
    (dispatch::STREAM_ASSIGNMENTS, &[Courier]),
    (couriers::GET_COURIER_STATUS, &[Courier, Gateway, Operator]),
    (couriers::UPDATE_COURIER_STATUS, &[Courier, Operator]),
    (couriers::LIST_AVAILABLE, &[Operator]),
    (couriers::LIST_ZONES, &[Operator]),
    (routes::CONFIRM_ROUTE, &[Courier]),
];

#[async_trait]
impl Interceptor for Roles {
    fn stage(&self) -> Stage {
        Stage::Authentication
    }

    async fn before(&self, call: &mut Call) -> Result<()> {
        let roles = self.by_method.get(call.method().full_name()).copied().unwrap_or_default();
        let caller = Caller::of(call.cx())?;
        if roles.contains(&caller.role) {
            return Ok(());
        }
        Err(Error::permission_denied(format!("this method is not for the role `{}`", caller.role)))
    }
}
