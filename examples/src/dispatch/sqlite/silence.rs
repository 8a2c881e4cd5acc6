//! Couriers that have sent no message for some time.

use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use super::{
    super::store::{DispatchStoreError, Silence},
    assignments,
};
use crate::generated::dispatch::v1::assignment::Status;

pub(super) async fn is_any(
    connection: &mut SqliteConnection,
    silent_since: i64,
    lost_since: i64,
) -> Result<bool, DispatchStoreError> {
    let query = sqlx::query(
        "SELECT 1 FROM assignment JOIN courier USING (courier_id)
         WHERE status IN ('accepted', 'picked up') AND seen_at < ?1 AND (escalated_at IS NULL OR escalated_at < ?2)
         LIMIT 1",
    );
    Ok(query.bind(silent_since).bind(lost_since).fetch_optional(connection).await?.is_some())
}

pub(super) async fn end(
    tx: &mut SqliteConnection,
    now: i64,
    silent_since: i64,
    lost_since: i64,
) -> Result<Silence, DispatchStoreError> {
    let query = sqlx::query(
        "SELECT assignment_id, courier_id FROM assignment JOIN courier USING (courier_id)
         WHERE status = 'accepted' AND seen_at < ?",
    );
    let pair = |row: SqliteRow| Ok((row.try_get("assignment_id")?, row.try_get("courier_id")?));
    let silent: Vec<(String, String)> = query.bind(silent_since).try_map(pair).fetch_all(&mut *tx).await?;
    for (assignment, courier) in &silent {
        assignments::take_away(tx, now, assignment, courier).await?;
    }
    let freed = silent.into_iter().map(|(assignment, _)| assignment).collect();
    let lost = lose(tx, now, lost_since).await?;
    Ok(Silence { freed, escalated: escalate(tx, now, silent_since).await?, lost })
}

async fn escalate(tx: &mut SqliteConnection, now: i64, silent_since: i64) -> Result<Vec<String>, DispatchStoreError> {
    let query = sqlx::query_scalar(
        "UPDATE assignment SET escalated_at = ?2
         WHERE status = 'picked up' AND escalated_at IS NULL
         AND courier_id IN (SELECT courier_id FROM courier WHERE seen_at < ?1)
         RETURNING assignment_id",
    );
    Ok(query.bind(silent_since).bind(now).fetch_all(tx).await?)
}

async fn lose(tx: &mut SqliteConnection, now: i64, lost_since: i64) -> Result<Vec<String>, DispatchStoreError> {
    let query =
        sqlx::query_scalar("SELECT assignment_id FROM assignment WHERE status = 'picked up' AND escalated_at < ?");
    let lost: Vec<String> = query.bind(lost_since).fetch_all(&mut *tx).await?;
    for assignment in &lost {
        assignments::move_to(tx, now, assignment, Status::Lost).await?;
    }
    Ok(lost)
}
