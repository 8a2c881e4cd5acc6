//! Zones, and the available couriers in them.

use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use super::{super::store::DispatchStoreError, couriers::courier};
use crate::generated::dispatch::v1::{Courier, list_zones_response::Zone};

/// Couriers without a zone are in none.
pub(super) async fn list(connection: &mut SqliteConnection) -> Result<Vec<Zone>, DispatchStoreError> {
    let query = sqlx::query(
        "SELECT zone, count(*) AS couriers, sum(on_duty AND assignment_id IS NULL) AS available
         FROM courier_state WHERE zone <> '' GROUP BY zone ORDER BY zone",
    );
    let zone = |row: SqliteRow| {
        let (couriers, available) = (row.try_get("couriers")?, row.try_get("available")?);
        Ok(Zone { zone: row.try_get("zone")?, couriers, available })
    };
    Ok(query.try_map(zone).fetch_all(connection).await?)
}

pub(super) async fn available(
    connection: &mut SqliteConnection,
    zone: String,
    after: String,
    limit: i64,
) -> Result<Vec<Courier>, DispatchStoreError> {
    let query = sqlx::query(
        "SELECT * FROM courier_state
         WHERE on_duty AND assignment_id IS NULL AND courier_id > ?2 AND (?1 = '' OR zone = ?1)
         ORDER BY courier_id LIMIT ?3",
    );
    Ok(query.bind(zone).bind(after).bind(limit).try_map(courier).fetch_all(connection).await?)
}
