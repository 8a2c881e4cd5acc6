//! Reservations, from the order to the shipment.

use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use super::{
    super::store::{NewReservation, ReleaseKind, StockStoreError},
    changes::forget_old_changes,
    stock,
};
use crate::{
    generated::inventory::v1::{Item, Reservation, reservation::State},
    time::{self, Clock, PREVENTION_LIFE},
};

pub(super) async fn reserve(
    tx: &mut SqliteConnection,
    now: i64,
    wanted: NewReservation,
) -> Result<Reservation, StockStoreError> {
    let Some(made) = reservation(tx, &wanted.reservation_id).await? else {
        return create(tx, now, wanted).await;
    };
    match checked(&made, &wanted)? {
        State::Held => extend(tx, &wanted).await?,
        State::Expired => hold_again(tx, now, &wanted).await?,
        State::Returned | State::Shipped | State::Unrecognized(_) => (),
    }
    stored_reservation(tx, &wanted.reservation_id).await
}

async fn create(tx: &mut SqliteConnection, now: i64, wanted: NewReservation) -> Result<Reservation, StockStoreError> {
    check_stock(tx, &wanted.items).await?;
    insert_reservation(tx, now, &wanted, "held").await?;
    for item in &wanted.items {
        let query = sqlx::query("INSERT INTO reservation_item (reservation_id, product_id, quantity) VALUES (?, ?, ?)");
        query.bind(&wanted.reservation_id).bind(&item.product_id).bind(item.quantity).execute(&mut *tx).await?;
        stock::set_aside(tx, now, item).await?;
    }
    forget_old_changes(tx).await?;
    stored_reservation(tx, &wanted.reservation_id).await
}

async fn check_stock(tx: &mut SqliteConnection, items: &[Item]) -> Result<(), StockStoreError> {
    let shortages = stock::shortages(tx, items).await?;
    if shortages.is_empty() { Ok(()) } else { Err(StockStoreError::Short(shortages)) }
}

/// Returns the state of a reservation, if it can be repeated.
fn checked(made: &Reservation, wanted: &NewReservation) -> Result<State, StockStoreError> {
    let state = made.state.unwrap_or(State::Returned);
    if state == State::Returned {
        return Err(StockStoreError::Ended);
    }
    let mut items = wanted.items.clone();
    items.sort_by(|one, other| one.product_id.cmp(&other.product_id));
    let same = made.order_id == wanted.order_id && made.items == items;
    if same { Ok(state) } else { Err(StockStoreError::KeyReused) }
}

async fn extend(tx: &mut SqliteConnection, wanted: &NewReservation) -> Result<(), StockStoreError> {
    let query = sqlx::query("UPDATE reservation SET state = 'held', expires_at = ? WHERE reservation_id = ?");
    query.bind(wanted.expires_at).bind(&wanted.reservation_id).execute(tx).await?;
    Ok(())
}

async fn hold_again(tx: &mut SqliteConnection, now: i64, wanted: &NewReservation) -> Result<(), StockStoreError> {
    check_stock(tx, &wanted.items).await?;
    for item in &wanted.items {
        stock::set_aside(tx, now, item).await?;
    }
    extend(tx, wanted).await
}

/// Returns the items of reservations that were not repeated in time.
pub(super) async fn expire(tx: &mut SqliteConnection, now: i64) -> Result<u64, StockStoreError> {
    let query = sqlx::query_scalar("SELECT reservation_id FROM reservation WHERE state = 'held' AND expires_at <= ?");
    let expired: Vec<String> = query.bind(now).fetch_all(&mut *tx).await?;
    for id in &expired {
        for item in &stored_reservation(tx, id).await?.items {
            stock::put_back(tx, now, item).await?;
        }
        let query = sqlx::query("UPDATE reservation SET state = 'expired' WHERE reservation_id = ?");
        query.bind(id).execute(&mut *tx).await?;
    }
    forget_old_changes(tx).await?;
    Ok(expired.len() as u64)
}

pub(super) async fn is_any_expired(connection: &mut SqliteConnection, now: i64) -> Result<bool, StockStoreError> {
    let query = sqlx::query("SELECT 1 FROM reservation WHERE state = 'held' AND expires_at <= ? LIMIT 1").bind(now);
    Ok(query.fetch_optional(connection).await?.is_some())
}

pub(super) async fn release(
    tx: &mut SqliteConnection,
    clock: Clock,
    id: String,
    ending: ReleaseKind,
) -> Result<Reservation, StockStoreError> {
    let Some(made) = reservation(tx, &id).await? else { return prevent(tx, &clock, id, ending).await };
    let now = clock.now();
    let state = made.state.unwrap_or(State::Returned);
    if matches!(state, State::Returned | State::Shipped) {
        return if state == state_of(ending) { Ok(made) } else { Err(StockStoreError::Ended) };
    }
    let is_held = state == State::Held;
    for item in &made.items {
        match ending {
            ReleaseKind::Shipped(shipped_at) => {
                let reserved = if is_held { item.quantity } else { 0 };
                stock::ship(tx, now, item, reserved, shipped_at).await?;
            }
            ReleaseKind::Returned if is_held => stock::put_back(tx, now, item).await?,
            ReleaseKind::Returned => (),
        }
    }
    record_end(tx, &id, ending).await?;
    forget_old_changes(tx).await?;
    stored_reservation(tx, &id).await
}

async fn record_end(tx: &mut SqliteConnection, id: &str, ending: ReleaseKind) -> Result<(), StockStoreError> {
    let shipped_at = match ending {
        ReleaseKind::Returned => None,
        ReleaseKind::Shipped(time) => Some(time),
    };
    let query = sqlx::query("UPDATE reservation SET state = ?, shipped_at = ? WHERE reservation_id = ?");
    query.bind(name(state_of(ending))).bind(shipped_at).bind(id).execute(tx).await?;
    Ok(())
}

/// Records an unknown reservation as returned, so that a delayed request cannot create it.
async fn prevent(
    tx: &mut SqliteConnection,
    clock: &Clock,
    id: String,
    ending: ReleaseKind,
) -> Result<Reservation, StockStoreError> {
    if ending != ReleaseKind::Returned {
        return Err(StockStoreError::Ended);
    }
    let old = sqlx::query("DELETE FROM reservation WHERE order_id = '' AND created_at < ?");
    old.bind(clock.before(PREVENTION_LIFE)).execute(&mut *tx).await?;
    let now = clock.now();
    let never = NewReservation { reservation_id: id, order_id: String::new(), items: Vec::new(), expires_at: now };
    insert_reservation(tx, now, &never, "returned").await?;
    stored_reservation(tx, &never.reservation_id).await
}

async fn insert_reservation(
    tx: &mut SqliteConnection,
    now: i64,
    new: &NewReservation,
    state: &'static str,
) -> Result<(), StockStoreError> {
    let query = sqlx::query(
        "INSERT INTO reservation (reservation_id, order_id, state, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
    );
    let query = query.bind(&new.reservation_id).bind(&new.order_id).bind(state).bind(now).bind(new.expires_at);
    query.execute(tx).await?;
    Ok(())
}

async fn stored_reservation(tx: &mut SqliteConnection, id: &str) -> Result<Reservation, StockStoreError> {
    Ok(reservation(tx, id).await?.ok_or(sqlx::Error::RowNotFound)?)
}

async fn reservation(tx: &mut SqliteConnection, id: &str) -> Result<Option<Reservation>, sqlx::Error> {
    let query = sqlx::query("SELECT * FROM reservation WHERE reservation_id = ?").bind(id);
    let Some(row) = query.fetch_optional(&mut *tx).await? else { return Ok(None) };
    let query = sqlx::query("SELECT * FROM reservation_item WHERE reservation_id = ? ORDER BY product_id").bind(id);
    let items = query
        .try_map(|row: SqliteRow| {
            Ok(Item { product_id: row.try_get("product_id")?, quantity: row.try_get("quantity")? })
        })
        .fetch_all(tx)
        .await?;
    Ok(Some(Reservation {
        reservation_id: row.try_get("reservation_id")?,
        order_id: row.try_get("order_id")?,
        items,
        state: Some(state(row.try_get("state")?)),
        create_time: time::from_micros(row.try_get("created_at")?),
        expire_time: time::from_micros(row.try_get("expires_at")?),
    }))
}

fn state(name: &str) -> State {
    match name {
        "held" => State::Held,
        "shipped" => State::Shipped,
        "expired" => State::Expired,
        _ => State::Returned,
    }
}

fn name(state: State) -> &'static str {
    match state {
        State::Held => "held",
        State::Shipped => "shipped",
        State::Expired => "expired",
        State::Returned | State::Unrecognized(_) => "returned",
    }
}

fn state_of(ending: ReleaseKind) -> State {
    match ending {
        ReleaseKind::Returned => State::Returned,
        ReleaseKind::Shipped(_) => State::Shipped,
    }
}
