//! The stock of each product.

use sqlx::SqliteConnection;

use super::{
    super::store::{StockCount, StockStoreError},
    changes::{forget_old_changes, level},
};
use crate::{
    generated::inventory::v1::{Item, StockLevel, stock_error::Shortage},
    time,
};

pub(super) async fn level_of(
    connection: &mut SqliteConnection,
    product_id: String,
) -> Result<Option<StockLevel>, StockStoreError> {
    let query = sqlx::query("SELECT * FROM stock WHERE product_id = ?").bind(product_id);
    Ok(query.try_map(level).fetch_optional(connection).await?)
}

/// Records a count. Items that left after it are still in it.
pub(super) async fn take_count(
    tx: &mut SqliteConnection,
    now: i64,
    count: StockCount,
) -> Result<bool, StockStoreError> {
    let read_at = time::to_micros(count.read_time);
    let left = left_since(tx, &count.product_id, read_at).await?;
    let query = sqlx::query(
        "INSERT INTO stock (product_id, on_hand, reserved, shipped, revision, read_at, updated_at)
         VALUES (?1, ?2, 0, 0, 1, ?3, ?4)
         ON CONFLICT (product_id) DO UPDATE
         SET on_hand = ?2, read_at = ?3, updated_at = ?4, revision = revision + 1
         WHERE read_at < ?3",
    );
    let query = query.bind(count.product_id).bind((count.on_hand - left).max(0)).bind(read_at).bind(now);
    let taken = query.execute(&mut *tx).await?.rows_affected() > 0;
    forget_old_changes(tx).await?;
    Ok(taken)
}

async fn left_since(tx: &mut SqliteConnection, product_id: &str, read_at: i64) -> Result<i64, sqlx::Error> {
    let query = sqlx::query_scalar(
        "SELECT coalesce(sum(quantity), 0) FROM reservation JOIN reservation_item USING (reservation_id)
         WHERE state = 'shipped' AND shipped_at > ? AND product_id = ?",
    );
    query.bind(read_at).bind(product_id).fetch_one(tx).await
}

pub(super) async fn shortages(tx: &mut SqliteConnection, items: &[Item]) -> Result<Vec<Shortage>, StockStoreError> {
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

/// Moves items from available to reserved.
pub(super) async fn set_aside(tx: &mut SqliteConnection, now: i64, item: &Item) -> Result<(), StockStoreError> {
    let query = sqlx::query(
        "UPDATE stock SET reserved = reserved + ?2, updated_at = ?3, revision = revision + 1 WHERE product_id = ?1",
    );
    query.bind(&item.product_id).bind(item.quantity).bind(now).execute(&mut *tx).await?;
    Ok(())
}

/// Moves items from reserved to available.
pub(super) async fn put_back(tx: &mut SqliteConnection, now: i64, item: &Item) -> Result<(), StockStoreError> {
    let query = sqlx::query(
        "UPDATE stock SET reserved = reserved - ?2, updated_at = ?3, revision = revision + 1 WHERE product_id = ?1",
    );
    query.bind(&item.product_id).bind(item.quantity).bind(now).execute(tx).await?;
    Ok(())
}

/// Records that items left, of which some were reserved. A newer count does not include them, and an older one may have
/// found fewer.
pub(super) async fn ship(
    tx: &mut SqliteConnection,
    now: i64,
    item: &Item,
    reserved: i32,
    shipped_at: i64,
) -> Result<(), StockStoreError> {
    let query = sqlx::query(
        "UPDATE stock SET reserved = reserved - ?5, shipped = shipped + ?2, updated_at = ?4, revision = revision + 1,
         on_hand = CASE WHEN read_at < ?3 THEN max(on_hand - ?2, 0) ELSE on_hand END
         WHERE product_id = ?1",
    );
    query.bind(&item.product_id).bind(item.quantity).bind(shipped_at).bind(now).bind(reserved).execute(tx).await?;
    Ok(())
}
