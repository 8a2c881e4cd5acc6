//! The time of the last message of a courier.

use sqlx::SqliteConnection;

use super::super::store::DispatchStoreError;

/// Records a sign of life, which also ends the escalation of what the courier carries.
pub(super) async fn record(tx: &mut SqliteConnection, now: i64, courier: &str) -> Result<(), DispatchStoreError> {
    sqlx::query("UPDATE courier SET seen_at = ?2 WHERE courier_id = ?1")
        .bind(courier)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    let query = sqlx::query(
        "UPDATE assignment SET escalated_at = NULL
         WHERE courier_id = ? AND status = 'picked up' AND escalated_at IS NOT NULL",
    );
    query.bind(courier).execute(tx).await?;
    Ok(())
}
