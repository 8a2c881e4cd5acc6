//! The inventory's state in SQLite.

#[cfg(test)]
mod tests;

use futures::FutureExt;
use rust_svc::async_trait;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use tokio::sync::watch;

use super::store::{NewReservation, ReleaseKind, StockChanges, StockCount, StockStore, StockStoreError};
use crate::{
    database::Database,
    generated::inventory::v1::{Item, Reservation, StockLevel, reservation::State, stock_error::Shortage},
    time,
};

/// The number of changes that are kept for watchers.
const KEPT_CHANGES: i64 = 2_000;
/// The number of changes that are read at once.
const CHANGES_AT_ONCE: i64 = 500;

/// The inventory's state in SQLite.
#[derive(Clone, Debug)]
pub struct SqliteStockStore {
    database: Database,
}

impl SqliteStockStore {
    /// Opens the state in a file, or in memory for [`IN_MEMORY`](crate::database::IN_MEMORY).
    pub async fn open(name: &str) -> Result<Self, sqlx::Error> {
        let database = Database::open(name, &sqlx::migrate!("migrations/inventory")).await?;
        Ok(Self { database })
    }

    /// Closes the file.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

#[async_trait]
impl StockStore for SqliteStockStore {
    async fn level(&self, product_id: &str) -> Result<Option<StockLevel>, StockStoreError> {
        let id = product_id.to_owned();
        self.database.read(|connection| level_of(connection, id).boxed()).await
    }

    async fn count(&self, count: StockCount) -> Result<bool, StockStoreError> {
        self.database.write(|tx| take_count(tx, count).boxed()).await
    }

    async fn reserve(&self, wanted: NewReservation) -> Result<Reservation, StockStoreError> {
        self.database.write(|tx| reserve(tx, wanted).boxed()).await
    }

    async fn release(&self, reservation_id: &str, ending: ReleaseKind) -> Result<Reservation, StockStoreError> {
        let id = reservation_id.to_owned();
        self.database.write(move |tx| release(tx, id, ending).boxed()).await
    }

    async fn changes_after(&self, change: Option<i64>) -> Result<StockChanges, StockStoreError> {
        self.database.read(move |connection| changes_after(connection, change).boxed()).await
    }

    fn changed(&self) -> watch::Receiver<()> {
        self.database.changes()
    }
}

async fn level_of(
    connection: &mut SqliteConnection,
    product_id: String,
) -> Result<Option<StockLevel>, StockStoreError> {
    let query = sqlx::query("SELECT * FROM stock WHERE product_id = ?").bind(product_id);
    Ok(query.try_map(level).fetch_optional(connection).await?)
}

async fn take_count(tx: &mut SqliteConnection, count: StockCount) -> Result<bool, StockStoreError> {
    let query = sqlx::query(
        "INSERT INTO stock (product_id, on_hand, reserved, shipped, revision, read_at, updated_at)
         VALUES (?1, ?2, 0, 0, 1, ?3, ?4)
         ON CONFLICT (product_id) DO UPDATE
         SET on_hand = ?2, read_at = ?3, updated_at = ?4, revision = revision + 1
         WHERE read_at < ?3",
    );
    let read_at = time::to_micros(count.read_time);
    let query = query.bind(count.product_id).bind(count.on_hand).bind(read_at).bind(time::now());
    let taken = query.execute(&mut *tx).await?.rows_affected() > 0;
    forget_old_changes(tx).await?;
    Ok(taken)
}

async fn reserve(tx: &mut SqliteConnection, wanted: NewReservation) -> Result<Reservation, StockStoreError> {
    if let Some(made) = reservation(tx, &wanted.reservation_id).await? {
        return repeated(made, &wanted);
    }
    let shortages = shortages(tx, &wanted.items).await?;
    if !shortages.is_empty() {
        return Err(StockStoreError::Short(shortages));
    }
    insert_reservation(tx, &wanted.reservation_id, &wanted.order_id, "held").await?;
    for item in &wanted.items {
        set_aside(tx, &wanted.reservation_id, item).await?;
    }
    forget_old_changes(tx).await?;
    stored_reservation(tx, &wanted.reservation_id).await
}

fn repeated(made: Reservation, wanted: &NewReservation) -> Result<Reservation, StockStoreError> {
    if made.state == Some(State::Returned) {
        return Err(StockStoreError::Ended);
    }
    let mut items = wanted.items.clone();
    items.sort_by(|one, other| one.product_id.cmp(&other.product_id));
    let same = made.order_id == wanted.order_id && made.items == items;
    if same { Ok(made) } else { Err(StockStoreError::KeyReused) }
}

async fn shortages(tx: &mut SqliteConnection, items: &[Item]) -> Result<Vec<Shortage>, StockStoreError> {
    let mut shortages = Vec::new();
    for item in items {
        let query = sqlx::query_scalar("SELECT max(on_hand - reserved, 0) FROM stock WHERE product_id = ?");
        let available = query.bind(&item.product_id).fetch_optional(&mut *tx).await?.unwrap_or(0);
        let requested = i64::from(item.quantity);
        if available < requested {
            shortages.push(Shortage { product_id: item.product_id.clone(), requested, available });
        }
    }
    Ok(shortages)
}

async fn set_aside(tx: &mut SqliteConnection, reservation_id: &str, item: &Item) -> Result<(), StockStoreError> {
    let query = sqlx::query("INSERT INTO reservation_item (reservation_id, product_id, quantity) VALUES (?, ?, ?)");
    query.bind(reservation_id).bind(&item.product_id).bind(item.quantity).execute(&mut *tx).await?;
    let query = sqlx::query(
        "UPDATE stock SET reserved = reserved + ?2, updated_at = ?3, revision = revision + 1 WHERE product_id = ?1",
    );
    query.bind(&item.product_id).bind(item.quantity).bind(time::now()).execute(&mut *tx).await?;
    Ok(())
}

async fn release(tx: &mut SqliteConnection, id: String, ending: ReleaseKind) -> Result<Reservation, StockStoreError> {
    let Some(made) = reservation(tx, &id).await? else { return prevent(tx, &id, ending).await };
    if made.state != Some(State::Held) {
        let same = made.state == Some(state_of(ending));
        return if same { Ok(made) } else { Err(StockStoreError::Ended) };
    }
    for item in &made.items {
        take_back(tx, item, ending).await?;
    }
    let query = sqlx::query("UPDATE reservation SET state = ? WHERE reservation_id = ?");
    query.bind(name_of(ending)).bind(&id).execute(&mut *tx).await?;
    forget_old_changes(tx).await?;
    stored_reservation(tx, &id).await
}

/// Records an unknown reservation as returned, so that a delayed request cannot create it.
async fn prevent(tx: &mut SqliteConnection, id: &str, ending: ReleaseKind) -> Result<Reservation, StockStoreError> {
    if ending == ReleaseKind::Shipped {
        return Err(StockStoreError::Ended);
    }
    insert_reservation(tx, id, "", name_of(ending)).await?;
    stored_reservation(tx, id).await
}

async fn take_back(tx: &mut SqliteConnection, item: &Item, ending: ReleaseKind) -> Result<(), StockStoreError> {
    let query = match ending {
        ReleaseKind::Returned => sqlx::query(
            "UPDATE stock SET reserved = reserved - ?2, updated_at = ?3, revision = revision + 1
             WHERE product_id = ?1",
        ),
        // A count may have found fewer than are reserved.
        ReleaseKind::Shipped => sqlx::query(
            "UPDATE stock SET reserved = reserved - ?2, on_hand = max(on_hand - ?2, 0), shipped = shipped + ?2,
             updated_at = ?3, revision = revision + 1 WHERE product_id = ?1",
        ),
    };
    query.bind(&item.product_id).bind(item.quantity).bind(time::now()).execute(tx).await?;
    Ok(())
}

async fn insert_reservation(
    tx: &mut SqliteConnection,
    id: &str,
    order_id: &str,
    state: &'static str,
) -> Result<(), StockStoreError> {
    let query =
        sqlx::query("INSERT INTO reservation (reservation_id, order_id, state, created_at) VALUES (?, ?, ?, ?)");
    query.bind(id).bind(order_id).bind(state).bind(time::now()).execute(tx).await?;
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
    }))
}

async fn changes_after(
    connection: &mut SqliteConnection,
    change: Option<i64>,
) -> Result<StockChanges, StockStoreError> {
    match change {
        Some(change) if is_kept(connection, change).await? => changes(connection, change).await,
        _ => everything(connection).await,
    }
}

async fn is_kept(connection: &mut SqliteConnection, change: i64) -> Result<bool, sqlx::Error> {
    let oldest: Option<i64> = sqlx::query_scalar("SELECT min(change) FROM stock_change").fetch_one(connection).await?;
    Ok(oldest.is_some_and(|oldest| oldest <= change + 1))
}

async fn changes(connection: &mut SqliteConnection, after: i64) -> Result<StockChanges, StockStoreError> {
    let query = sqlx::query("SELECT * FROM stock_change WHERE change > ? ORDER BY change LIMIT ?");
    let rows = query.bind(after).bind(CHANGES_AT_ONCE).fetch_all(connection).await?;
    let last = rows.last().map_or(Ok(after), |row| row.try_get("change"))?;
    Ok(StockChanges { levels: rows.into_iter().map(level).collect::<Result<_, _>>()?, last })
}

async fn everything(connection: &mut SqliteConnection) -> Result<StockChanges, StockStoreError> {
    let levels = sqlx::query("SELECT * FROM stock ORDER BY product_id").try_map(level);
    let levels = levels.fetch_all(&mut *connection).await?;
    let last: Option<i64> = sqlx::query_scalar("SELECT max(change) FROM stock_change").fetch_one(connection).await?;
    Ok(StockChanges { levels, last: last.unwrap_or(0) })
}

async fn forget_old_changes(tx: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let query = sqlx::query("DELETE FROM stock_change WHERE change <= (SELECT max(change) FROM stock_change) - ?");
    query.bind(KEPT_CHANGES).execute(tx).await?;
    Ok(())
}

fn level(row: SqliteRow) -> Result<StockLevel, sqlx::Error> {
    let on_hand: i64 = row.try_get("on_hand")?;
    let reserved: i64 = row.try_get("reserved")?;
    Ok(StockLevel {
        product_id: row.try_get("product_id")?,
        available: (on_hand - reserved).max(0),
        reserved,
        shipped: row.try_get("shipped")?,
        update_time: time::from_micros(row.try_get("updated_at")?),
        revision: row.try_get("revision")?,
    })
}

fn state(name: &str) -> State {
    match name {
        "held" => State::Held,
        "shipped" => State::Shipped,
        _ => State::Returned,
    }
}

fn state_of(ending: ReleaseKind) -> State {
    state(name_of(ending))
}

fn name_of(ending: ReleaseKind) -> &'static str {
    match ending {
        ReleaseKind::Returned => "returned",
        ReleaseKind::Shipped => "shipped",
    }
}
