//! Assignments without a courier, and couriers that may take them.

use sqlx::SqliteConnection;

use super::{
    super::store::{CourierMatch, DispatchStoreError},
    assignments::assignment,
};
use crate::{database::json_array, generated::dispatch::v1::Assignment};

pub(super) async fn next(
    connection: &mut SqliteConnection,
    couriers: Vec<String>,
    offered: Vec<String>,
) -> Result<Option<CourierMatch>, DispatchStoreError> {
    let free = free(connection, &couriers).await?;
    if free.is_empty() {
        return Ok(None);
    }
    let Some(assignment) = oldest(connection, &free, &offered).await? else { return Ok(None) };
    let couriers = willing(connection, &free, &assignment.assignment_id).await?;
    Ok(Some(CourierMatch { assignment, couriers }))
}

/// The couriers among these that are on duty and carry nothing.
async fn free(connection: &mut SqliteConnection, couriers: &[String]) -> Result<Vec<String>, sqlx::Error> {
    let query = sqlx::query_scalar(
        "SELECT courier_id FROM courier_state
         WHERE on_duty AND assignment_id IS NULL AND courier_id IN (SELECT value FROM json_each(?))",
    );
    query.bind(json_array(couriers)).fetch_all(connection).await
}

/// The oldest assignment that is not offered and that one of these couriers has not declined.
async fn oldest(
    connection: &mut SqliteConnection,
    free: &[String],
    offered: &[String],
) -> Result<Option<Assignment>, sqlx::Error> {
    let query = sqlx::query(
        "SELECT * FROM assignment
         WHERE status = 'searching' AND assignment_id NOT IN (SELECT value FROM json_each(?1))
         AND EXISTS (SELECT 1 FROM json_each(?2) AS free WHERE NOT EXISTS (
             SELECT 1 FROM refusal WHERE refusal.assignment_id = assignment.assignment_id AND courier_id = free.value))
         ORDER BY sequence LIMIT 1",
    );
    query.bind(json_array(offered)).bind(json_array(free)).try_map(assignment).fetch_optional(connection).await
}

/// The couriers among these that have not declined an assignment.
async fn willing(
    connection: &mut SqliteConnection,
    free: &[String],
    assignment_id: &str,
) -> Result<Vec<String>, sqlx::Error> {
    let query = sqlx::query_scalar(
        "SELECT value FROM json_each(?1)
         WHERE value NOT IN (SELECT courier_id FROM refusal WHERE assignment_id = ?2) ORDER BY value",
    );
    query.bind(json_array(free)).bind(assignment_id).fetch_all(connection).await
}
