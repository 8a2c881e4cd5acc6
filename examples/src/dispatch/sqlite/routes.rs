//! Routes of assignments.

use rust_svc::SignedDuration;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use crate::{
    generated::dispatch::v1::{Point, Route},
    time::{self, Clock, KEY_LIFE},
};

pub(super) async fn was_seen(tx: &mut SqliteConnection, id: &str, key: &str) -> Result<bool, sqlx::Error> {
    let query =
        sqlx::query("SELECT 1 FROM route_confirmation WHERE assignment_id = ? AND idempotency_key = ?").bind(id);
    Ok(query.bind(key).fetch_optional(tx).await?.is_some())
}

pub(super) async fn remember(tx: &mut SqliteConnection, clock: &Clock, id: &str, key: &str) -> Result<(), sqlx::Error> {
    let expired = sqlx::query("DELETE FROM route_confirmation WHERE seen_at < ?");
    expired.bind(clock.before(KEY_LIFE)).execute(&mut *tx).await?;
    let query = sqlx::query(
        "INSERT OR IGNORE INTO route_confirmation (assignment_id, idempotency_key, seen_at) VALUES (?, ?, ?)",
    );
    query.bind(id).bind(key).bind(clock.now()).execute(tx).await?;
    Ok(())
}

pub(super) async fn replace(tx: &mut SqliteConnection, now: i64, id: &str, route: &Route) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM route WHERE assignment_id = ?").bind(id).execute(&mut *tx).await?;
    let query = sqlx::query(
        "INSERT INTO route (assignment_id, distance_meters, travel_seconds, confirmed_at) VALUES (?, ?, ?, ?)",
    );
    let seconds = route.travel_time.map_or(0, SignedDuration::seconds);
    query.bind(id).bind(route.distance_meters).bind(seconds).bind(now).execute(&mut *tx).await?;
    for (position, point) in (0_i64..).zip(&route.points) {
        let query =
            sqlx::query("INSERT INTO route_point (assignment_id, position, latitude, longitude) VALUES (?, ?, ?, ?)");
        let query = query.bind(id).bind(position).bind(point.latitude).bind(point.longitude);
        query.execute(&mut *tx).await?;
    }
    Ok(())
}

pub(super) async fn get(connection: &mut SqliteConnection, id: &str) -> Result<Option<Route>, sqlx::Error> {
    let query = sqlx::query("SELECT * FROM route WHERE assignment_id = ?").bind(id);
    let Some(row) = query.fetch_optional(&mut *connection).await? else { return Ok(None) };
    Ok(Some(Route {
        points: points(connection, id).await?,
        distance_meters: row.try_get("distance_meters")?,
        travel_time: SignedDuration::new(row.try_get("travel_seconds")?, 0),
        confirm_time: time::from_micros(row.try_get("confirmed_at")?),
    }))
}

async fn points(connection: &mut SqliteConnection, id: &str) -> Result<Vec<Point>, sqlx::Error> {
    let query = sqlx::query("SELECT * FROM route_point WHERE assignment_id = ? ORDER BY position").bind(id);
    let point = |row: SqliteRow| Ok(Point { latitude: row.try_get("latitude")?, longitude: row.try_get("longitude")? });
    query.try_map(point).fetch_all(connection).await
}
