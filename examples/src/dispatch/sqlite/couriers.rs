//! Couriers, and which of them are free.

use rust_svc::Enumeration;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use super::{
    super::store::{CourierUpdate, DispatchStoreError},
    assignments, signs_of_life,
};
use crate::{
    generated::dispatch::v1::{
        Assignment, Courier, Point,
        assignment::Status,
        courier::{Availability, TransportMode},
    },
    time::{self, Clock, KEY_LIFE},
};

pub(super) async fn get(connection: &mut SqliteConnection, id: &str) -> Result<Courier, DispatchStoreError> {
    let query = sqlx::query("SELECT * FROM courier_state WHERE courier_id = ?").bind(id);
    query
        .try_map(courier)
        .fetch_optional(connection)
        .await?
        .ok_or_else(|| DispatchStoreError::UnknownCourier(id.to_owned()))
}

pub(super) async fn is_free(connection: &mut SqliteConnection, id: &str) -> Result<bool, DispatchStoreError> {
    Ok(get(connection, id).await?.availability == Some(Availability::Available))
}

/// Updates a courier. Returns false with it if the key was used before, and then changes nothing.
pub(super) async fn update(
    tx: &mut SqliteConnection,
    clock: Clock,
    update: CourierUpdate,
) -> Result<(Courier, bool), DispatchStoreError> {
    let now = clock.now();
    sign_up(tx, now, &update.courier_id).await?;
    if !update.key.is_empty() && !remember(tx, &clock, &update).await? {
        return Ok((get(tx, &update.courier_id).await?, false));
    }
    if update.on_duty == Some(false) {
        lay_down_order(tx, now, &update.courier_id).await?;
    }
    let query = sqlx::query(
        "UPDATE courier SET display_name = coalesce(?2, display_name), on_duty = coalesce(?3, on_duty),
         latitude = coalesce(?4, latitude), longitude = coalesce(?5, longitude),
         transport_mode = coalesce(?6, transport_mode), zone = coalesce(?7, zone), updated_at = ?8
         WHERE courier_id = ?1",
    );
    let query = query.bind(&update.courier_id).bind(update.display_name).bind(update.on_duty);
    let position = update.position.as_ref();
    let query = query.bind(position.map(|it| it.latitude)).bind(position.map(|it| it.longitude));
    let query = query.bind(update.transport_mode.map(TransportMode::number)).bind(update.zone);
    query.bind(now).execute(&mut *tx).await?;
    signs_of_life::record(tx, now, &update.courier_id).await?;
    Ok((get(tx, &update.courier_id).await?, true))
}

async fn sign_up(tx: &mut SqliteConnection, now: i64, id: &str) -> Result<(), DispatchStoreError> {
    let query = sqlx::query(
        "INSERT OR IGNORE INTO courier (courier_id, display_name, on_duty, updated_at, seen_at)
         VALUES (?, '', 1, ?2, ?2)",
    );
    query.bind(id).bind(now).execute(tx).await?;
    Ok(())
}

/// False if the key was seen.
async fn remember(tx: &mut SqliteConnection, clock: &Clock, update: &CourierUpdate) -> Result<bool, sqlx::Error> {
    let expired = sqlx::query("DELETE FROM courier_update WHERE seen_at < ?");
    expired.bind(clock.before(KEY_LIFE)).execute(&mut *tx).await?;
    let query =
        sqlx::query("INSERT OR IGNORE INTO courier_update (courier_id, idempotency_key, seen_at) VALUES (?, ?, ?)");
    Ok(query.bind(&update.courier_id).bind(&update.key).bind(clock.now()).execute(tx).await?.rows_affected() > 0)
}

/// A courier that goes off duty leaves its order to others, unless it has picked it up.
async fn lay_down_order(tx: &mut SqliteConnection, now: i64, id: &str) -> Result<(), DispatchStoreError> {
    let courier = get(tx, id).await?;
    if courier.assignment_id.is_empty() {
        return Ok(());
    }
    let assignment = assignments::get(tx, &courier.assignment_id).await?;
    if assignment.status == Some(Status::PickedUp) {
        return Err(DispatchStoreError::WrongStatus(Status::PickedUp));
    }
    assignments::take_away(tx, now, &courier.assignment_id, id).await
}

pub(super) fn courier(row: SqliteRow) -> Result<Courier, sqlx::Error> {
    let assignment_id: Option<String> = row.try_get("assignment_id")?;
    let availability = match (row.try_get("on_duty")?, &assignment_id) {
        (_, Some(_)) => Availability::Busy,
        (true, None) => Availability::Available,
        (false, None) => Availability::OffDuty,
    };
    let (latitude, longitude): (Option<f64>, Option<f64>) = (row.try_get("latitude")?, row.try_get("longitude")?);
    let mode: Option<i32> = row.try_get("transport_mode")?;
    Ok(Courier {
        courier_id: row.try_get("courier_id")?,
        display_name: row.try_get("display_name")?,
        availability: Some(availability),
        position: latitude.zip(longitude).map(|(latitude, longitude)| Point { latitude, longitude }),
        assignment_id: assignment_id.unwrap_or_default(),
        update_time: time::from_micros(row.try_get("updated_at")?),
        transport_mode: mode.and_then(TransportMode::from_number),
        zone: row.try_get("zone")?,
    })
}

pub(super) async fn accept(
    tx: &mut SqliteConnection,
    time: i64,
    id: String,
    courier: String,
) -> Result<Assignment, DispatchStoreError> {
    let now = assignments::get(tx, &id).await?;
    if now.status == Some(Status::Accepted) && now.courier_id == courier {
        return Ok(now);
    }
    if !is_free(tx, &courier).await? {
        return Err(DispatchStoreError::NotFree);
    }
    // Change the status first, which fails if the assignment is taken.
    signs_of_life::record(tx, time, &courier).await?;
    assignments::move_to(tx, time, &id, Status::Accepted).await?;
    let query = sqlx::query("UPDATE assignment SET courier_id = ? WHERE assignment_id = ?");
    query.bind(&courier).bind(&id).execute(&mut *tx).await?;
    assignments::get(tx, &id).await
}
