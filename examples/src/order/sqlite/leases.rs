//! Leases of orders: one process at a time advances an order, until the lease ends or is taken over.

use std::time::Duration;

use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use super::super::store::{Due, Lease, OrderStoreError};
use crate::time::Clock;

/// The time of a lease: longer than a step, because a lease that is taken over repeats a call.
pub(super) const LEASE: Duration = Duration::from_secs(15);

pub(super) async fn lease(
    tx: &mut SqliteConnection,
    clock: Clock,
    order_id: String,
) -> Result<Option<Lease>, OrderStoreError> {
    let query = sqlx::query(
        "UPDATE orders SET lease = lease + 1, leased_until = ?3, woken = 0
         WHERE order_id = ?1 AND leased_until <= ?2 AND due_at IS NOT NULL RETURNING order_id, lease",
    );
    let query = query.bind(order_id).bind(clock.now()).bind(clock.after(LEASE));
    Ok(query.try_map(leased).fetch_optional(tx).await?)
}

pub(super) async fn is_any_due(connection: &mut SqliteConnection, now: i64) -> Result<bool, OrderStoreError> {
    let query = sqlx::query("SELECT 1 FROM orders WHERE due_at <= ?1 AND leased_until <= ?1 LIMIT 1").bind(now);
    Ok(query.fetch_optional(connection).await?.is_some())
}

pub(super) async fn lease_due(
    tx: &mut SqliteConnection,
    clock: Clock,
    limit: i64,
) -> Result<Vec<Lease>, OrderStoreError> {
    let query = sqlx::query(
        "UPDATE orders SET lease = lease + 1, leased_until = ?2, woken = 0
         WHERE order_id IN (
             SELECT order_id FROM orders WHERE due_at <= ?1 AND leased_until <= ?1 ORDER BY due_at LIMIT ?3)
         RETURNING order_id, lease",
    );
    let query = query.bind(clock.now()).bind(clock.after(LEASE)).bind(limit);
    Ok(query.try_map(leased).fetch_all(tx).await?)
}

/// Extends a lease, unless it has been taken over.
pub(super) async fn extend(tx: &mut SqliteConnection, clock: &Clock, lease: &Lease) -> Result<(), OrderStoreError> {
    let query = sqlx::query("UPDATE orders SET leased_until = ? WHERE order_id = ? AND lease = ?");
    let query = query.bind(clock.after(LEASE)).bind(&lease.order_id).bind(lease.number);
    let is_held = query.execute(tx).await?.rows_affected() > 0;
    if is_held { Ok(()) } else { Err(OrderStoreError::LeaseLost) }
}

pub(super) async fn release(
    tx: &mut SqliteConnection,
    clock: Clock,
    lease: Lease,
    due: Due,
) -> Result<(), OrderStoreError> {
    let (wait, has_failed) = match due {
        Due::After(wait) => (wait, false),
        Due::Retry(wait) => (wait, true),
    };
    let query = sqlx::query(
        "UPDATE orders SET leased_until = 0, woken = 0, failures = CASE WHEN ?5 THEN failures + 1 ELSE 0 END,
         due_at = CASE WHEN due_at IS NULL THEN NULL WHEN woken THEN ?3 ELSE ?4 END
         WHERE order_id = ?1 AND lease = ?2",
    );
    let query = query.bind(lease.order_id).bind(lease.number).bind(clock.now()).bind(clock.after(wait));
    query.bind(has_failed).execute(tx).await?;
    Ok(())
}

pub(super) async fn wake(
    tx: &mut SqliteConnection,
    now: i64,
    order_id: String,
    position: i64,
) -> Result<(), OrderStoreError> {
    let query = sqlx::query("UPDATE orders SET due_at = ?2, woken = 1 WHERE order_id = ?1 AND due_at IS NOT NULL");
    query.bind(order_id).bind(now).execute(&mut *tx).await?;
    sqlx::query("UPDATE service_state SET position = max(position, ?)").bind(position).execute(tx).await?;
    Ok(())
}

fn leased(row: SqliteRow) -> Result<Lease, sqlx::Error> {
    Ok(Lease { order_id: row.try_get("order_id")?, number: row.try_get("lease")? })
}
