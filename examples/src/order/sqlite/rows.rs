//! Conversion of rows to orders.

use rust_svc::{Code, TraceContext};
use sqlx::{Row, Sqlite, SqliteConnection, query::Query, sqlite::SqliteArguments, sqlite::SqliteRow};

use super::super::{
    draft, status,
    store::{OrderStoreError, Refusal, StoredOrder},
};
use crate::{
    generated::order::v1::{Address, DeliveryInstructions, Money, Order, OrderItem},
    time,
};

/// Loads the orders of a query on `order_state`, until they have this number of items, but at least one.
pub(super) async fn load(
    connection: &mut SqliteConnection,
    query: Query<'_, Sqlite, SqliteArguments>,
    max_items: usize,
) -> Result<Vec<StoredOrder>, OrderStoreError> {
    let rows = query.fetch_all(&mut *connection).await?;
    let (mut orders, mut count) = (Vec::with_capacity(rows.len()), 0);
    for row in rows {
        if !orders.is_empty() && count >= max_items {
            break;
        }
        let items = items(connection, row.try_get("order_id")?).await?;
        count += items.len();
        orders.push(stored(&row, items)?);
    }
    Ok(orders)
}

/// Loads the newest revision of an order.
pub(super) async fn newest(connection: &mut SqliteConnection, order_id: &str) -> Result<StoredOrder, OrderStoreError> {
    let query = sqlx::query("SELECT * FROM order_state WHERE order_id = ? AND revision = newest").bind(order_id);
    load(connection, query, usize::MAX).await?.pop().ok_or_else(|| OrderStoreError::Unknown(order_id.to_owned()))
}

pub(super) async fn position(connection: &mut SqliteConnection) -> Result<i64, OrderStoreError> {
    Ok(sqlx::query_scalar("SELECT position FROM service_state").fetch_one(connection).await?)
}

pub(super) async fn secret(connection: &mut SqliteConnection) -> Result<Vec<u8>, OrderStoreError> {
    Ok(sqlx::query_scalar("SELECT secret FROM service_state").fetch_one(connection).await?)
}

async fn items(connection: &mut SqliteConnection, order_id: &str) -> Result<Vec<OrderItem>, sqlx::Error> {
    let query = sqlx::query("SELECT * FROM order_item WHERE order_id = ? ORDER BY position").bind(order_id);
    query.try_map(|row| item(&row)).fetch_all(connection).await
}

fn item(row: &SqliteRow) -> Result<OrderItem, sqlx::Error> {
    let unit_price = match row.try_get("currency_code")? {
        Some(currency_code) => Some(Money { currency_code, minor_units: row.try_get("minor_units")? }),
        None => None,
    };
    Ok(OrderItem { product_id: row.try_get("product_id")?, quantity: row.try_get("quantity")?, unit_price })
}

fn stored(row: &SqliteRow, items: Vec<OrderItem>) -> Result<StoredOrder, sqlx::Error> {
    let status = status::by_name(row.try_get("status")?).ok_or_else(|| unreadable("status"))?;
    let revision: i64 = row.try_get("revision")?;
    let order = Order {
        order_id: row.try_get("order_id")?,
        customer_id: row.try_get("customer_id")?,
        total: draft::total(&items),
        items,
        delivery_address: Some(address(row)?),
        instructions: instructions(row)?,
        status: Some(status),
        reason: row.try_get("reason")?,
        create_time: time::from_micros(row.try_get("created_at")?),
        update_time: time::from_micros(row.try_get("changed_at")?),
        etag: revision.to_string(),
    };
    Ok(StoredOrder {
        status,
        previous_status: row.try_get::<Option<&str>, _>("previous_status")?.and_then(status::by_name),
        undo_to: row.try_get::<Option<&str>, _>("undo_to")?.and_then(status::by_name),
        revision,
        sequence: row.try_get("sequence")?,
        failures: row.try_get("failures")?,
        renew_at: row.try_get("renew_at")?,
        refusal: refusal(row, &order.reason)?,
        trace: trace(row)?,
        order,
    })
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

fn refusal(row: &SqliteRow, reason: &str) -> Result<Option<Refusal>, sqlx::Error> {
    let Some(number) = row.try_get("refusal_code")? else { return Ok(None) };
    Ok(Some(Refusal {
        code: Code::from_number(number).ok_or_else(|| unreadable("refusal_code"))?,
        message: reason.to_owned(),
        detail_type: row.try_get("refusal_type")?,
        detail: row.try_get("refusal_detail")?,
    }))
}

pub(super) fn trace(row: &SqliteRow) -> Result<Option<TraceContext>, sqlx::Error> {
    Ok(row.try_get::<Option<&str>, _>("trace")?.and_then(TraceContext::parse))
}

pub(super) fn unreadable(column: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: "this version does not know the value".into() }
}
