//! Conversion of rows to orders and outbox entries.

use sqlx::{Row, Sqlite, SqliteConnection, query::Query, sqlite::SqliteArguments, sqlite::SqliteRow};

use super::super::{
    status,
    store::{OrderStoreError, OutboxEntry, OutboxTask, StoredOrder},
};
use crate::{
    generated::order::v1::{Address, DeliveryInstructions, Order, OrderItem},
    time,
};

/// Loads the orders of a query on `order_state`.
pub(super) async fn load(
    connection: &mut SqliteConnection,
    query: Query<'_, Sqlite, SqliteArguments>,
) -> Result<Vec<StoredOrder>, OrderStoreError> {
    let rows = query.fetch_all(&mut *connection).await?;
    let mut orders = Vec::with_capacity(rows.len());
    for row in rows {
        let items = items(connection, row.try_get("order_id")?).await?;
        orders.push(stored(&row, items)?);
    }
    Ok(orders)
}

async fn items(connection: &mut SqliteConnection, order_id: &str) -> Result<Vec<OrderItem>, sqlx::Error> {
    let query = sqlx::query("SELECT * FROM order_item WHERE order_id = ? ORDER BY position").bind(order_id);
    let item =
        |row: SqliteRow| Ok(OrderItem { product_id: row.try_get("product_id")?, quantity: row.try_get("quantity")? });
    query.try_map(item).fetch_all(connection).await
}

fn stored(row: &SqliteRow, items: Vec<OrderItem>) -> Result<StoredOrder, sqlx::Error> {
    let status = status::by_name(row.try_get("status")?).ok_or_else(|| unreadable("status"))?;
    let revision: i64 = row.try_get("revision")?;
    let order = Order {
        order_id: row.try_get("order_id")?,
        customer_id: row.try_get("customer_id")?,
        items,
        delivery_address: Some(address(row)?),
        instructions: instructions(row)?,
        status: Some(status),
        reason: row.try_get("reason")?,
        create_time: time::from_micros(row.try_get("created_at")?),
        update_time: time::from_micros(row.try_get("changed_at")?),
        etag: revision.to_string(),
    };
    let (sequence, attempt) = (row.try_get("sequence")?, row.try_get("attempt")?);
    Ok(StoredOrder { order, status, revision, sequence, attempt, retryable: row.try_get("retryable")? })
}

fn address(row: &SqliteRow) -> Result<Address, sqlx::Error> {
    Ok(Address {
        recipient: row.try_get("recipient")?,
        street: row.try_get("street")?,
        postal_code: row.try_get("postal_code")?,
        city: row.try_get("city")?,
        latitude: row.try_get("latitude")?,
        longitude: row.try_get("longitude")?,
    })
}

fn instructions(row: &SqliteRow) -> Result<Option<DeliveryInstructions>, sqlx::Error> {
    let Some(note) = row.try_get("note")? else { return Ok(None) };
    Ok(Some(DeliveryInstructions {
        note,
        contact_phone: row.try_get("contact_phone")?,
        leave_at_door: row.try_get("leave_at_door")?,
    }))
}

pub(super) fn entry(row: SqliteRow) -> Result<OutboxEntry, sqlx::Error> {
    Ok(OutboxEntry {
        order_id: row.try_get("order_id")?,
        attempt: row.try_get("attempt")?,
        task: task(row.try_get("kind")?).ok_or_else(|| unreadable("kind"))?,
    })
}

pub(super) fn task_name(task: OutboxTask) -> &'static str {
    match task {
        OutboxTask::ReturnStock => "return stock",
        OutboxTask::ShipStock => "ship stock",
        OutboxTask::CancelAssignment => "cancel assignment",
    }
}

fn task(name: &str) -> Option<OutboxTask> {
    [OutboxTask::ReturnStock, OutboxTask::ShipStock, OutboxTask::CancelAssignment]
        .into_iter()
        .find(|task| task_name(*task) == name)
}

fn unreadable(column: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: "this version does not know the value".into() }
}
