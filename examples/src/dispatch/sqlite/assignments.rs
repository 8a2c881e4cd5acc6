//! Assignments, from the search for a courier to the delivery.

use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use super::{
    super::{
        status,
        store::{DispatchStoreError, NewAssignment, Progress},
    },
    routes,
};
use crate::{
    generated::dispatch::v1::{Assignment, Point, assignment::Status},
    time,
};

pub(super) async fn assign(tx: &mut SqliteConnection, new: NewAssignment) -> Result<Assignment, DispatchStoreError> {
    match get(tx, &new.assignment_id).await {
        Ok(made) => return repeated(made, &new),
        Err(DispatchStoreError::UnknownAssignment) => (),
        Err(error) => return Err(error),
    }
    let query = sqlx::query_scalar(
        "SELECT count(*) FROM assignment WHERE order_id = ? AND status IN ('searching', 'accepted', 'picked up')",
    );
    let live: i64 = query.bind(&new.order_id).fetch_one(&mut *tx).await?;
    if live > 0 {
        return Err(DispatchStoreError::AlreadyAssigned);
    }
    insert(tx, &new, Status::Searching).await?;
    get(tx, &new.assignment_id).await
}

fn repeated(made: Assignment, new: &NewAssignment) -> Result<Assignment, DispatchStoreError> {
    if made.status == Some(Status::Cancelled) {
        return Err(DispatchStoreError::Cancelled);
    }
    let same = made.order_id == new.order_id && made.destination == Some(new.destination.clone());
    if same { Ok(made) } else { Err(DispatchStoreError::KeyReused) }
}

async fn insert(tx: &mut SqliteConnection, new: &NewAssignment, status: Status) -> Result<(), DispatchStoreError> {
    let query = sqlx::query(
        "INSERT INTO assignment (assignment_id, order_id, status, latitude, longitude, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
    );
    let query = query.bind(&new.assignment_id).bind(&new.order_id).bind(status::name(status));
    query.bind(new.destination.latitude).bind(new.destination.longitude).bind(time::now()).execute(tx).await?;
    Ok(())
}

pub(super) async fn get(connection: &mut SqliteConnection, id: &str) -> Result<Assignment, DispatchStoreError> {
    let query = sqlx::query("SELECT * FROM assignment WHERE assignment_id = ?").bind(id);
    let row = query.fetch_optional(&mut *connection).await?.ok_or(DispatchStoreError::UnknownAssignment)?;
    with_route(connection, row).await
}

pub(super) async fn newest_of_order(
    connection: &mut SqliteConnection,
    order: &str,
) -> Result<Assignment, DispatchStoreError> {
    let query = sqlx::query("SELECT * FROM assignment WHERE order_id = ? ORDER BY sequence DESC LIMIT 1").bind(order);
    let row = query.fetch_optional(&mut *connection).await?.ok_or(DispatchStoreError::UnknownAssignment)?;
    with_route(connection, row).await
}

pub(super) async fn searching(connection: &mut SqliteConnection) -> Result<Vec<Assignment>, DispatchStoreError> {
    let query = sqlx::query("SELECT * FROM assignment WHERE status = 'searching' ORDER BY sequence");
    Ok(query.try_map(assignment).fetch_all(connection).await?)
}

pub(super) async fn decline(tx: &mut SqliteConnection, id: &str, courier: &str) -> Result<(), DispatchStoreError> {
    let query = sqlx::query("INSERT OR IGNORE INTO refusal (assignment_id, courier_id) VALUES (?, ?)");
    query.bind(id).bind(courier).execute(tx).await?;
    Ok(())
}

pub(super) async fn progress(
    tx: &mut SqliteConnection,
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
    if now.status == Some(to) { Ok(now) } else { move_to(tx, &id, to).await }
}

pub(super) async fn cancel(tx: &mut SqliteConnection, id: String) -> Result<Assignment, DispatchStoreError> {
    match get(tx, &id).await {
        Ok(now) if matches!(now.status, Some(Status::Cancelled | Status::Failed)) => Ok(now),
        Ok(_) => move_to(tx, &id, Status::Cancelled).await,
        Err(DispatchStoreError::UnknownAssignment) => prevent(tx, id).await,
        Err(error) => Err(error),
    }
}

/// Records an unknown assignment as cancelled, so that a delayed request cannot create it.
async fn prevent(tx: &mut SqliteConnection, id: String) -> Result<Assignment, DispatchStoreError> {
    let never = NewAssignment { assignment_id: id, order_id: String::new(), destination: Point::default() };
    insert(tx, &never, Status::Cancelled).await?;
    get(tx, &never.assignment_id).await
}

/// Removes an assignment from its courier, who gets no offer of it again.
pub(super) async fn take_away(tx: &mut SqliteConnection, id: &str, courier: &str) -> Result<(), DispatchStoreError> {
    move_to(tx, id, Status::Searching).await?;
    sqlx::query("UPDATE assignment SET courier_id = NULL WHERE assignment_id = ?").bind(id).execute(&mut *tx).await?;
    sqlx::query("DELETE FROM route WHERE assignment_id = ?").bind(id).execute(&mut *tx).await?;
    decline(tx, id, courier).await
}

pub(super) async fn move_to(tx: &mut SqliteConnection, id: &str, to: Status) -> Result<Assignment, DispatchStoreError> {
    let now = get(tx, id).await?;
    let from = now.status.ok_or_else(|| unreadable("status"))?;
    if !status::may_become(from, to) {
        return Err(DispatchStoreError::WrongStatus(from));
    }
    let query = sqlx::query("UPDATE assignment SET status = ?, updated_at = ? WHERE assignment_id = ?");
    query.bind(status::name(to)).bind(time::now()).bind(id).execute(&mut *tx).await?;
    get(tx, id).await
}

async fn with_route(connection: &mut SqliteConnection, row: SqliteRow) -> Result<Assignment, DispatchStoreError> {
    let assignment = assignment(row)?;
    let route = routes::get(connection, &assignment.assignment_id).await?;
    Ok(Assignment { route, ..assignment })
}

fn assignment(row: SqliteRow) -> Result<Assignment, sqlx::Error> {
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
    })
}

fn unreadable(column: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: "this version does not know the value".into() }
}
