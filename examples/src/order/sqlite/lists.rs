//! Lists of orders.

use sqlx::SqliteConnection;

use super::{
    super::{
        status,
        store::{Filter, Listed, OrderStoreError},
    },
    rows::load,
};
use crate::database::json_array;

/// Lists a page, and counts the orders of all pages.
pub(super) async fn list(connection: &mut SqliteConnection, filter: Filter) -> Result<Listed, OrderStoreError> {
    let statuses: Vec<_> = filter.statuses.iter().map(|status| status::name(*status)).collect();
    let statuses = json_array(&statuses);
    let query = sqlx::query(
        "SELECT * FROM order_state
         WHERE revision = newest AND (?1 = '' OR customer_id = ?1) AND (?2 IS NULL OR sequence < ?2)
         AND (?3 = '[]' OR status IN (SELECT value FROM json_each(?3))) ORDER BY sequence DESC LIMIT ?4",
    );
    let query = query.bind(&filter.customer_id).bind(filter.before).bind(&statuses).bind(filter.limit);
    let orders = load(connection, query, filter.max_items).await?;
    let query = sqlx::query_scalar(
        "SELECT count(*) FROM orders WHERE (?1 = '' OR customer_id = ?1)
         AND (?2 = '[]' OR newest_status IN (SELECT value FROM json_each(?2)))",
    );
    let total = query.bind(&filter.customer_id).bind(&statuses).fetch_one(connection).await?;
    Ok(Listed { orders, total })
}
