//! Creation of orders, once for each key.

use sqlx::SqliteConnection;
use uuid::Uuid;

use super::{
    super::store::{Draft, OrderStoreError, StoredOrder},
    rows::{load, newest},
    transitions::append,
};
use crate::{
    generated::order::v1::order::Status,
    time::{Clock, KEY_LIFE},
};

pub(super) async fn place(
    tx: &mut SqliteConnection,
    clock: Clock,
    key: Option<String>,
    draft: Draft,
) -> Result<StoredOrder, OrderStoreError> {
    if let Some(key) = &key {
        forget_old_key(tx, &clock, &draft.customer_id, key).await?;
        if let Some(order_id) = made_with(tx, &draft.customer_id, key).await? {
            return repeated(tx, &order_id, &draft).await;
        }
    }
    let order_id = Uuid::new_v4().to_string();
    insert(tx, &clock, &order_id, key, &draft).await?;
    append(tx, clock.now(), &order_id, Status::Placed, "", draft.instructions.as_ref()).await?;
    newest(tx, &order_id).await
}

async fn forget_old_key(
    tx: &mut SqliteConnection,
    clock: &Clock,
    customer_id: &str,
    key: &str,
) -> Result<(), sqlx::Error> {
    let query = sqlx::query(
        "UPDATE orders SET idempotency_key = NULL WHERE customer_id = ? AND idempotency_key = ? AND created_at < ?",
    );
    query.bind(customer_id).bind(key).bind(clock.before(KEY_LIFE)).execute(tx).await?;
    Ok(())
}

async fn made_with(tx: &mut SqliteConnection, customer_id: &str, key: &str) -> Result<Option<String>, sqlx::Error> {
    let query = sqlx::query_scalar("SELECT order_id FROM orders WHERE customer_id = ? AND idempotency_key = ?");
    query.bind(customer_id).bind(key).fetch_optional(tx).await
}

/// The first revision holds the order as the customer sent it.
async fn repeated(tx: &mut SqliteConnection, order_id: &str, draft: &Draft) -> Result<StoredOrder, OrderStoreError> {
    let query = sqlx::query("SELECT * FROM order_state WHERE order_id = ? AND revision = 1").bind(order_id);
    let first =
        load(tx, query, usize::MAX).await?.pop().ok_or_else(|| OrderStoreError::Unknown(order_id.to_owned()))?.order;
    let said = Draft {
        customer_id: first.customer_id,
        items: first.items,
        delivery_address: first.delivery_address.unwrap_or_default(),
        instructions: first.instructions,
        trace: draft.trace.clone(),
    };
    if said == *draft { newest(tx, order_id).await } else { Err(OrderStoreError::KeyReused) }
}

async fn insert(
    tx: &mut SqliteConnection,
    clock: &Clock,
    order_id: &str,
    key: Option<String>,
    draft: &Draft,
) -> Result<(), OrderStoreError> {
    let address = &draft.delivery_address;
    let query = sqlx::query(
        "INSERT INTO orders (order_id, idempotency_key, customer_id, recipient, street, postal_code, city, latitude,
         longitude, created_at, due_at, newest, newest_status, trace)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?10, ?10, 0, '', ?11)",
    );
    let query = query.bind(order_id).bind(key).bind(&draft.customer_id);
    let query = query.bind(&address.recipient).bind(&address.street).bind(&address.postal_code).bind(&address.city);
    let query = query.bind(address.latitude).bind(address.longitude).bind(clock.now()).bind(&draft.trace);
    query.execute(&mut *tx).await?;
    for (position, item) in (0_i64..).zip(&draft.items) {
        let query = sqlx::query(
            "INSERT INTO order_item (order_id, position, product_id, quantity, currency_code, minor_units)
             VALUES (?, ?, ?, ?, ?, ?)",
        );
        let price = item.unit_price.as_ref();
        let query = query.bind(order_id).bind(position).bind(&item.product_id).bind(item.quantity);
        let query = query.bind(price.map(|price| &price.currency_code)).bind(price.map(|price| price.minor_units));
        query.execute(&mut *tx).await?;
    }
    Ok(())
}
