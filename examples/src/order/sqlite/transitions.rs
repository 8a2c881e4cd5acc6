//! Changes of orders.

use sqlx::{Row, SqliteConnection};

use super::{
    super::{
        status,
        store::{Change, Lease, OrderStoreError, StoredOrder, Transition},
    },
    leases, obligations,
    rows::newest,
};
use crate::{
    generated::order::v1::{DeliveryInstructions, order::Status},
    time::{Clock, KEY_LIFE},
};

pub(super) async fn advance(
    tx: &mut SqliteConnection,
    clock: Clock,
    lease: Lease,
    transition: Transition,
) -> Result<StoredOrder, OrderStoreError> {
    leases::extend(tx, &clock, &lease).await?;
    change(tx, &clock, &lease.order_id, transition).await
}

pub(super) async fn undo(
    tx: &mut SqliteConnection,
    clock: Clock,
    order_id: String,
    transition: Transition,
) -> Result<StoredOrder, OrderStoreError> {
    let now = newest(tx, &order_id).await?;
    if now.status == Status::Undoing {
        return Ok(now);
    }
    change(tx, &clock, &order_id, transition).await?;
    let query = sqlx::query("UPDATE orders SET due_at = ?, woken = 1, failures = 0 WHERE order_id = ?");
    query.bind(clock.now()).bind(&order_id).execute(&mut *tx).await?;
    newest(tx, &order_id).await
}

async fn change(
    tx: &mut SqliteConnection,
    clock: &Clock,
    order_id: &str,
    transition: Transition,
) -> Result<StoredOrder, OrderStoreError> {
    let now = newest(tx, order_id).await?;
    let stays = now.status == transition.to && transition.renew_at.is_some();
    if !stays && !status::may_become(now.status, transition.to) {
        return Err(OrderStoreError::WrongStatus(now.status));
    }
    record(tx, order_id, &transition).await?;
    if !stays {
        append(tx, clock.now(), order_id, transition.to, &transition.reason, now.order.instructions.as_ref()).await?;
    }
    if let Some((kind, happened_at)) = transition.obligation {
        obligations::owe(tx, clock.now(), order_id, kind, happened_at).await?;
    }
    newest(tx, order_id).await
}

/// Records what customers do not see. An order that has ended is never due.
async fn record(tx: &mut SqliteConnection, order_id: &str, transition: &Transition) -> Result<(), sqlx::Error> {
    let query = sqlx::query(
        "UPDATE orders SET failures = 0, undo_to = coalesce(?2, undo_to), renew_at = coalesce(?3, renew_at),
         refusal_code = ?4, refusal_type = ?5, refusal_detail = ?6, due_at = CASE WHEN ?7 THEN NULL ELSE due_at END
         WHERE order_id = ?1",
    );
    let refusal = transition.refusal.as_ref();
    let query = query.bind(order_id).bind(transition.undo_to.map(status::name)).bind(transition.renew_at);
    let query = query.bind(refusal.map(|it| it.code as i32)).bind(refusal.map(|it| &it.detail_type));
    let query = query.bind(refusal.map(|it| &it.detail)).bind(status::is_over(transition.to));
    query.execute(tx).await?;
    Ok(())
}

pub(super) async fn instruct(
    tx: &mut SqliteConnection,
    clock: Clock,
    order_id: String,
    change: Change,
) -> Result<StoredOrder, OrderStoreError> {
    let now = newest(tx, &order_id).await?;
    if !change.key.is_empty() && !remember(tx, &clock, &order_id, &change.key).await? {
        return Ok(now);
    }
    if now.revision != change.revision {
        return Err(OrderStoreError::Outdated);
    }
    if status::is_over(now.status) {
        return Err(OrderStoreError::WrongStatus(now.status));
    }
    append(tx, clock.now(), &order_id, now.status, &now.order.reason, Some(&change.instructions)).await?;
    newest(tx, &order_id).await
}

/// Returns false if the key was used before.
async fn remember(tx: &mut SqliteConnection, clock: &Clock, order_id: &str, key: &str) -> Result<bool, sqlx::Error> {
    let expired = sqlx::query("DELETE FROM order_update WHERE seen_at < ?");
    expired.bind(clock.before(KEY_LIFE)).execute(&mut *tx).await?;
    let query = sqlx::query("INSERT OR IGNORE INTO order_update (order_id, idempotency_key, seen_at) VALUES (?, ?, ?)");
    Ok(query.bind(order_id).bind(key).bind(clock.now()).execute(tx).await?.rows_affected() > 0)
}

/// Adds a revision.
pub(super) async fn append(
    tx: &mut SqliteConnection,
    now: i64,
    order_id: &str,
    status: Status,
    reason: &str,
    instructions: Option<&DeliveryInstructions>,
) -> Result<(), OrderStoreError> {
    let query =
        sqlx::query("UPDATE orders SET newest = newest + 1, newest_status = ?2 WHERE order_id = ?1 RETURNING newest");
    let row = query.bind(order_id).bind(status::name(status)).fetch_one(&mut *tx).await?;
    let query = sqlx::query(
        "INSERT INTO order_revision
         (order_id, revision, status, reason, note, contact_phone, leave_at_door, changed_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    );
    let query = query.bind(order_id).bind(row.try_get::<i64, _>(0)?).bind(status::name(status)).bind(reason);
    let query = query.bind(instructions.map(|it| &it.note)).bind(instructions.map(|it| &it.contact_phone));
    query.bind(instructions.map(|it| it.leave_at_door)).bind(now).execute(tx).await?;
    Ok(())
}
