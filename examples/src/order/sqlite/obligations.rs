//! Calls of other services that have to succeed.

use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use super::{
    super::store::{Failure, Obligation, Obligations, OrderStoreError},
    leases::LEASE,
    rows::{trace, unreadable},
};
use crate::{generated::order::v1::obligation::Kind, time::Clock};

pub(super) async fn owe(
    tx: &mut SqliteConnection,
    now: i64,
    order_id: &str,
    kind: Kind,
    happened_at: Option<i64>,
) -> Result<(), OrderStoreError> {
    let query = sqlx::query(
        "INSERT INTO obligation (order_id, kind, happened_at, created_at, due_at) VALUES (?, ?, ?, ?4, ?4)",
    );
    query.bind(order_id).bind(name(kind)).bind(happened_at).bind(now).execute(tx).await?;
    Ok(())
}

pub(super) async fn is_any_due(connection: &mut SqliteConnection, now: i64) -> Result<bool, OrderStoreError> {
    let query = sqlx::query("SELECT 1 FROM obligation WHERE due_at <= ? LIMIT 1").bind(now);
    Ok(query.fetch_optional(connection).await?.is_some())
}

/// Leases obligations by moving their due time, so that they are due again if the process ends.
pub(super) async fn lease(
    tx: &mut SqliteConnection,
    clock: Clock,
    order_id: Option<String>,
    limit: i64,
) -> Result<Vec<Obligation>, OrderStoreError> {
    let query = sqlx::query(
        "UPDATE obligation SET due_at = ?2 WHERE rowid IN (
             SELECT rowid FROM obligation WHERE due_at <= ?1 AND (?3 IS NULL OR order_id = ?3)
             ORDER BY due_at LIMIT ?4)
         RETURNING *, (SELECT trace FROM orders WHERE orders.order_id = obligation.order_id) AS trace",
    );
    let query = query.bind(clock.now()).bind(clock.after(LEASE)).bind(order_id).bind(limit);
    Ok(query.try_map(obligation).fetch_all(tx).await?)
}

pub(super) async fn fulfilled(tx: &mut SqliteConnection, done: Obligation) -> Result<(), OrderStoreError> {
    let query = sqlx::query("DELETE FROM obligation WHERE order_id = ? AND kind = ?");
    query.bind(done.order_id).bind(name(done.kind)).execute(tx).await?;
    Ok(())
}

pub(super) async fn failed(
    tx: &mut SqliteConnection,
    clock: Clock,
    owed: Obligation,
    failure: Failure,
) -> Result<(), OrderStoreError> {
    let query = sqlx::query(
        "UPDATE obligation SET failures = failures + 1, last_error = ?3, refused = ?4, due_at = ?5
         WHERE order_id = ?1 AND kind = ?2",
    );
    let query = query.bind(owed.order_id).bind(name(owed.kind)).bind(failure.error).bind(failure.refused);
    query.bind(clock.after(failure.wait)).execute(tx).await?;
    Ok(())
}

pub(super) async fn list(connection: &mut SqliteConnection, limit: i64) -> Result<Obligations, OrderStoreError> {
    let query = sqlx::query(
        "SELECT obligation.*, trace FROM obligation JOIN orders USING (order_id) ORDER BY obligation.created_at LIMIT ?",
    );
    let query = query.bind(limit);
    let oldest = query.try_map(obligation).fetch_all(&mut *connection).await?;
    let query = sqlx::query("SELECT count(*) AS total, coalesce(sum(refused), 0) AS refused FROM obligation");
    let row = query.fetch_one(connection).await?;
    Ok(Obligations { oldest, total: row.try_get("total")?, refused: row.try_get("refused")? })
}

fn obligation(row: SqliteRow) -> Result<Obligation, sqlx::Error> {
    Ok(Obligation {
        order_id: row.try_get("order_id")?,
        kind: by_name(row.try_get("kind")?).ok_or_else(|| unreadable("kind"))?,
        happened_at: row.try_get("happened_at")?,
        failures: row.try_get("failures")?,
        last_error: row.try_get("last_error")?,
        refused: row.try_get("refused")?,
        created_at: row.try_get("created_at")?,
        trace: trace(&row)?,
    })
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::ReturnStock => "return stock",
        Kind::ShipStock => "ship stock",
        Kind::Unrecognized(_) => "unknown",
    }
}

fn by_name(text: &str) -> Option<Kind> {
    [Kind::ReturnStock, Kind::ShipStock].into_iter().find(|kind| name(*kind) == text)
}
