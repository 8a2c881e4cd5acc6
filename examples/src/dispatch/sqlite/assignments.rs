//! Assignments, from the search for a courier to the delivery.

use rust_svc::Timestamp;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use super::{
    super::{
        status,
        store::{DispatchStoreError, NewAssignment, Progress},
    },
    routes, signs_of_life,
};
use crate::{
    generated::dispatch::v1::{Assignment, Point, assignment::Status},
    time::{self, Clock, PREVENTION_LIFE},
};

pub(super) async fn assign(
    tx: &mut SqliteConnection,
    now: i64,
    new: NewAssignment,
) -> Result<Assignment, DispatchStoreError> {
    match get(tx, &new.assignment_id).await {
        Ok(made) => return repeated(made, &new),
        Err(DispatchStoreError::UnknownAssignment(_)) => (),
        Err(error) => return Err(error),
    }
    let query = sqlx::query_scalar(
        "SELECT count(*) FROM assignment WHERE order_id = ? AND status IN ('searching', 'accepted', 'picked up')",
    );
    let live: i64 = query.bind(&new.order_id).fetch_one(&mut *tx).await?;
    if live > 0 {
        return Err(DispatchStoreError::AlreadyAssigned);
    }
    insert(tx, now, &new, Status::Searching).await?;
    get(tx, &new.assignment_id).await
}

fn repeated(made: Assignment, new: &NewAssignment) -> Result<Assignment, DispatchStoreError> {
    if made.status == Some(Status::Cancelled) {
        return Err(DispatchStoreError::Cancelled);
    }
    let same = made.order_id == new.order_id && made.destination == Some(new.destination.clone());
    if same { Ok(made) } else { Err(DispatchStoreError::KeyReused) }
}

async fn insert(
    tx: &mut SqliteConnection,
    now: i64,
    new: &NewAssignment,
    status: Status,
) -> Result<(), DispatchStoreError> {
    let query = sqlx::query(
        "INSERT INTO assignment (assignment_id, order_id, status, latitude, longitude, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
    );
    let query = query.bind(&new.assignment_id).bind(&new.order_id).bind(status::name(status));
    query.bind(new.destination.latitude).bind(new.destination.longitude).bind(now).execute(tx).await?;
    Ok(())
}

pub(super) async fn get(connection: &mut SqliteConnection, id: &str) -> Result<Assignment, DispatchStoreError> {
    let query = sqlx::query("SELECT * FROM assignment WHERE assignment_id = ?").bind(id);
    let row = query
        .fetch_optional(&mut *connection)
        .await?
        .ok_or_else(|| DispatchStoreError::UnknownAssignment(id.to_owned()))?;
    with_route(connection, row).await
}

pub(super) async fn newest_of_order(
    connection: &mut SqliteConnection,
    order: &str,
) -> Result<Assignment, DispatchStoreError> {
    let query = sqlx::query("SELECT * FROM assignment WHERE order_id = ? ORDER BY sequence DESC LIMIT 1").bind(order);
    let row = query
        .fetch_optional(&mut *connection)
        .await?
        .ok_or_else(|| DispatchStoreError::UnknownAssignment(order.to_owned()))?;
    with_route(connection, row).await
}

pub(super) async fn searching_since(
    connection: &mut SqliteConnection,
    since: i64,
) -> Result<Vec<Assignment>, DispatchStoreError> {
    let query =
        sqlx::query("SELECT * FROM assignment WHERE status = 'searching' AND updated_at < ? ORDER BY updated_at");
    Ok(query.bind(since).try_map(assignment).fetch_all(connection).await?)
}

/// At most this many at once.
const CHANGES_AT_ONCE: i64 = 500;

pub(super) async fn changes_after(
    connection: &mut SqliteConnection,
    position: i64,
) -> Result<Vec<(Assignment, i64)>, DispatchStoreError> {
    let newest: Option<i64> =
        sqlx::query_scalar("SELECT max(change) FROM assignment").fetch_one(&mut *connection).await?;
    // A later position is one of a newer state that was lost.
    let position = if position > newest.unwrap_or(0) { 0 } else { position };
    let query = sqlx::query("SELECT * FROM assignment WHERE change > ? ORDER BY change LIMIT ?");
    let rows = query.bind(position).bind(CHANGES_AT_ONCE).fetch_all(connection).await?;
    let changed = rows.into_iter().map(|row| {
        let position = row.try_get("change")?;
        Ok((assignment(row)?, position))
    });
    changed.collect()
}

pub(super) async fn secret(connection: &mut SqliteConnection) -> Result<Vec<u8>, DispatchStoreError> {
    Ok(sqlx::query_scalar("SELECT secret FROM service_state").fetch_one(connection).await?)
}

pub(super) async fn decline(tx: &mut SqliteConnection, id: &str, courier: &str) -> Result<(), DispatchStoreError> {
    let query = sqlx::query("INSERT OR IGNORE INTO refusal (assignment_id, courier_id) VALUES (?, ?)");
    query.bind(id).bind(courier).execute(tx).await?;
    Ok(())
}

pub(super) async fn progress(
    tx: &mut SqliteConnection,
    time: i64,
    id: String,
    courier: String,
    to: Progress,
) -> Result<Assignment, DispatchStoreError> {
    let to = match to {
        Progress::PickedUp => Status::PickedUp,
        Progress::Delivered => Status::Delivered,
    };
    let now = get(tx, &id).await?;
    if now.courier_id != courier {
        return Err(DispatchStoreError::NotYours);
    }
    signs_of_life::record(tx, time, &courier).await?;
    if now.status == Some(to) { Ok(now) } else { move_to(tx, time, &id, to).await }
}

pub(super) async fn cancel(
    tx: &mut SqliteConnection,
    clock: Clock,
    id: String,
) -> Result<Assignment, DispatchStoreError> {
    match get(tx, &id).await {
        Ok(now) if matches!(now.status, Some(Status::Cancelled | Status::Failed)) => Ok(now),
        Ok(_) => move_to(tx, clock.now(), &id, Status::Cancelled).await,
        Err(DispatchStoreError::UnknownAssignment(_)) => prevent(tx, &clock, id).await,
        Err(error) => Err(error),
    }
}

/// Records an unknown assignment as cancelled, so that a delayed request cannot create it.
async fn prevent(tx: &mut SqliteConnection, clock: &Clock, id: String) -> Result<Assignment, DispatchStoreError> {
    let never = NewAssignment { assignment_id: id, order_id: String::new(), destination: Point::default() };
    insert(tx, clock.now(), &never, Status::Cancelled).await?;
    // Only after the new one, whose position must be later than those of all changes before.
    let old = sqlx::query("DELETE FROM assignment WHERE order_id = '' AND created_at < ?");
    old.bind(clock.before(PREVENTION_LIFE)).execute(&mut *tx).await?;
    get(tx, &never.assignment_id).await
}

/// Removes an assignment from its courier, who gets no offer of it again.
pub(super) async fn take_away(
    tx: &mut SqliteConnection,
    time: i64,
    id: &str,
    courier: &str,
) -> Result<(), DispatchStoreError> {
    move_to(tx, time, id, Status::Searching).await?;
    sqlx::query("UPDATE assignment SET courier_id = NULL WHERE assignment_id = ?").bind(id).execute(&mut *tx).await?;
    sqlx::query("DELETE FROM route WHERE assignment_id = ?").bind(id).execute(&mut *tx).await?;
    decline(tx, id, courier).await
}

pub(super) async fn move_to(
    tx: &mut SqliteConnection,
    time: i64,
    id: &str,
    to: Status,
) -> Result<Assignment, DispatchStoreError> {
    let now = get(tx, id).await?;
    let from = now.status.ok_or_else(|| unreadable("status"))?;
    if !status::may_become(from, to) {
        return Err(DispatchStoreError::WrongStatus(from));
    }
    let query = sqlx::query(
        "UPDATE assignment SET status = ?2, updated_at = ?3,
         picked_up_at = CASE WHEN ?2 = 'picked up' THEN ?3 ELSE picked_up_at END
         WHERE assignment_id = ?1",
    );
    query.bind(id).bind(status::name(to)).bind(time).execute(&mut *tx).await?;
    get(tx, id).await
}

async fn with_route(connection: &mut SqliteConnection, row: SqliteRow) -> Result<Assignment, DispatchStoreError> {
    let assignment = assignment(row)?;
    let route = routes::get(connection, &assignment.assignment_id).await?;
    Ok(Assignment { route, ..assignment })
}

pub(super) fn assignment(row: SqliteRow) -> Result<Assignment, sqlx::Error> {
    let status = status::by_name(row.try_get("status")?).ok_or_else(|| unreadable("status"))?;
    Ok(Assignment {
        assignment_id: row.try_get("assignment_id")?,
        order_id: row.try_get("order_id")?,
        status: Some(status),
        courier_id: row.try_get::<Option<_>, _>("courier_id")?.unwrap_or_default(),
        destination: Some(Point { latitude: row.try_get("latitude")?, longitude: row.try_get("longitude")? }),
        route: None,
        create_time: time::from_micros(row.try_get("created_at")?),
        update_time: time::from_micros(row.try_get("updated_at")?),
        pickup_time: optional_time(&row, "picked_up_at")?,
        escalate_time: optional_time(&row, "escalated_at")?,
    })
}

fn optional_time(row: &SqliteRow, column: &str) -> Result<Option<Timestamp>, sqlx::Error> {
    Ok(row.try_get::<Option<i64>, _>(column)?.and_then(time::from_micros))
}

fn unreadable(column: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: "this version does not know the value".into() }
}
