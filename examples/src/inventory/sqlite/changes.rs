//! The last changes of the stock, for those who watch it.

use std::{collections::BTreeSet, sync::Arc};

use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use super::super::store::{StockChanges, StockStoreError};
use crate::{generated::inventory::v1::StockLevel, time};

/// The number of changes that are kept for watchers.
pub(super) const KEPT_CHANGES: i64 = 2_000;
/// The number of changes that are read at once.
const CHANGES_AT_ONCE: i64 = 500;

pub(super) async fn changes_after(
    connection: &mut SqliteConnection,
    change: Option<i64>,
    products: Arc<BTreeSet<String>>,
) -> Result<StockChanges, StockStoreError> {
    let products = names(&products);
    match change {
        Some(change) if is_kept(connection, change).await? => changes(connection, change, products).await,
        _ => everything(connection, products).await,
    }
}

/// The products as a JSON array; `None` for all.
fn names(products: &BTreeSet<String>) -> Option<String> {
    (!products.is_empty()).then(|| serde_json::Value::from_iter(products.iter().map(String::as_str)).to_string())
}

async fn is_kept(connection: &mut SqliteConnection, change: i64) -> Result<bool, sqlx::Error> {
    let oldest: Option<i64> = sqlx::query_scalar("SELECT min(change) FROM stock_change").fetch_one(connection).await?;
    Ok(oldest.is_some_and(|oldest| oldest <= change + 1))
}

async fn changes(
    connection: &mut SqliteConnection,
    after: i64,
    products: Option<String>,
) -> Result<StockChanges, StockStoreError> {
    let query = sqlx::query(
        "SELECT * FROM stock_change
         WHERE change > ?1 AND (?2 IS NULL OR product_id IN (SELECT value FROM json_each(?2)))
         ORDER BY change LIMIT ?3",
    );
    let rows = query.bind(after).bind(products).bind(CHANGES_AT_ONCE).fetch_all(&mut *connection).await?;
    // Changes of other products are skipped, so that they are not looked through again.
    let last = match rows.last() {
        Some(row) => row.try_get("change")?,
        None => newest(connection).await?.max(after),
    };
    Ok(StockChanges { levels: rows.into_iter().map(level).collect::<Result<_, _>>()?, last })
}

async fn everything(
    connection: &mut SqliteConnection,
    products: Option<String>,
) -> Result<StockChanges, StockStoreError> {
    let query = sqlx::query(
        "SELECT * FROM stock WHERE ?1 IS NULL OR product_id IN (SELECT value FROM json_each(?1)) ORDER BY product_id",
    );
    let levels = query.bind(products).try_map(level).fetch_all(&mut *connection).await?;
    Ok(StockChanges { levels, last: newest(connection).await? })
}

async fn newest(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    let newest: Option<i64> = sqlx::query_scalar("SELECT max(change) FROM stock_change").fetch_one(connection).await?;
    Ok(newest.unwrap_or(0))
}

pub(super) async fn forget_old_changes(tx: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let query = sqlx::query("DELETE FROM stock_change WHERE change <= (SELECT max(change) FROM stock_change) - ?");
    query.bind(KEPT_CHANGES).execute(tx).await?;
    Ok(())
}

/// Reads the stock of a product.
pub(super) fn level(row: SqliteRow) -> Result<StockLevel, sqlx::Error> {
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
