//! The order service's state in SQLite.

mod rows;
#[cfg(test)]
mod tests;

use futures::FutureExt;
use rust_svc::async_trait;
use sqlx::{Row, SqliteConnection};
use tokio::sync::watch;
use uuid::Uuid;

use self::rows::{duty, load, task_name};
use super::{
    status,
    store::{Change, Draft, Duty, Filter, OrderStore, Refusal, Step, StoredOrder},
};
use crate::{
    database::Database,
    generated::order::v1::{DeliveryInstructions, order::Status},
    time,
};

/// The order service's state in SQLite.
#[derive(Clone, Debug)]
pub struct SqliteOrders {
    database: Database,
}

impl SqliteOrders {
    /// Opens the state in a file, or in memory for [`IN_MEMORY`](crate::database::IN_MEMORY).
    pub async fn open(name: &str) -> Result<Self, sqlx::Error> {
        let database = Database::open(name, &sqlx::migrate!("migrations/order")).await?;
        Ok(Self { database })
    }

    /// Closes the file.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

#[async_trait]
impl OrderStore for SqliteOrders {
    async fn place(&self, key: &str, draft: Draft) -> Result<StoredOrder, Refusal> {
        let key = (!key.is_empty()).then(|| key.to_owned());
        self.database.write(move |tx| place(tx, key, draft).boxed()).await
    }

    async fn order(&self, order_id: &str) -> Result<StoredOrder, Refusal> {
        let order_id = order_id.to_owned();
        self.database.read(|connection| async move { newest(connection, &order_id).await }.boxed()).await
    }

    async fn advance(&self, order_id: &str, step: Step) -> Result<StoredOrder, Refusal> {
        let order_id = order_id.to_owned();
        self.database.write(move |tx| advance(tx, order_id, step).boxed()).await
    }

    async fn instruct(&self, order_id: &str, change: Change) -> Result<StoredOrder, Refusal> {
        let order_id = order_id.to_owned();
        self.database.write(move |tx| instruct(tx, order_id, change).boxed()).await
    }

    async fn list(&self, filter: Filter) -> Result<Vec<StoredOrder>, Refusal> {
        let query = sqlx::query(
            "SELECT * FROM order_state
             WHERE revision = newest AND (?1 = '' OR customer_id = ?1) AND (?2 IS NULL OR sequence < ?2)
             ORDER BY sequence DESC LIMIT ?3",
        );
        let query = query.bind(filter.customer_id).bind(filter.before).bind(filter.limit);
        self.database.read(|connection| load(connection, query).boxed()).await
    }

    async fn history(&self, order_id: &str, after: i64) -> Result<Vec<StoredOrder>, Refusal> {
        let query = sqlx::query("SELECT * FROM order_state WHERE order_id = ? AND revision > ? ORDER BY revision");
        let query = query.bind(order_id.to_owned()).bind(after);
        self.database.read(|connection| load(connection, query).boxed()).await
    }

    async fn standing(&self, status: Status) -> Result<Vec<StoredOrder>, Refusal> {
        let query = sqlx::query(
            "SELECT * FROM order_state
             WHERE revision = newest AND order_id IN (SELECT order_id FROM orders WHERE newest_status = ?)
             ORDER BY sequence",
        );
        let query = query.bind(status::name(status));
        self.database.read(|connection| load(connection, query).boxed()).await
    }

    async fn duties(&self) -> Result<Vec<Duty>, Refusal> {
        self.database.read(|connection| duties(connection).boxed()).await
    }

    async fn done(&self, duty: &Duty) -> Result<(), Refusal> {
        let duty = duty.clone();
        self.database.write(move |tx| done(tx, duty).boxed()).await
    }

    fn changed(&self) -> watch::Receiver<()> {
        self.database.changes()
    }
}

async fn place(tx: &mut SqliteConnection, key: Option<String>, draft: Draft) -> Result<StoredOrder, Refusal> {
    if let Some(order_id) = made_with(tx, key.as_deref()).await? {
        return repeated(tx, &order_id, &draft).await;
    }
    let order_id = Uuid::new_v4().to_string();
    insert(tx, &order_id, key, &draft).await?;
    append(tx, &order_id, Status::Placed, "", draft.instructions.as_ref()).await?;
    newest(tx, &order_id).await
}

async fn made_with(tx: &mut SqliteConnection, key: Option<&str>) -> Result<Option<String>, sqlx::Error> {
    let Some(key) = key else { return Ok(None) };
    sqlx::query_scalar("SELECT order_id FROM orders WHERE idempotency_key = ?").bind(key).fetch_optional(tx).await
}

/// The first revision holds what the customer said, whatever was changed since.
async fn repeated(tx: &mut SqliteConnection, order_id: &str, draft: &Draft) -> Result<StoredOrder, Refusal> {
    let query = sqlx::query("SELECT * FROM order_state WHERE order_id = ? AND revision = 1").bind(order_id);
    let first = load(tx, query).await?.pop().ok_or(Refusal::Unknown)?.order;
    let said = Draft {
        customer_id: first.customer_id,
        items: first.items,
        delivery_address: first.delivery_address.unwrap_or_default(),
        instructions: first.instructions,
    };
    if said == *draft { newest(tx, order_id).await } else { Err(Refusal::OtherContent) }
}

async fn insert(tx: &mut SqliteConnection, order_id: &str, key: Option<String>, draft: &Draft) -> Result<(), Refusal> {
    let address = &draft.delivery_address;
    let query = sqlx::query(
        "INSERT INTO orders (order_id, idempotency_key, customer_id, recipient, street, postal_code, city, latitude,
         longitude, created_at, attempt, retryable, newest, newest_status)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0, 0, '')",
    );
    let query = query.bind(order_id).bind(key).bind(&draft.customer_id);
    let query = query.bind(&address.recipient).bind(&address.street).bind(&address.postal_code).bind(&address.city);
    query.bind(address.latitude).bind(address.longitude).bind(time::now()).execute(&mut *tx).await?;
    for (position, item) in (0_i64..).zip(&draft.items) {
        let query =
            sqlx::query("INSERT INTO order_item (order_id, position, product_id, quantity) VALUES (?, ?, ?, ?)");
        query.bind(order_id).bind(position).bind(&item.product_id).bind(item.quantity).execute(&mut *tx).await?;
    }
    Ok(())
}

async fn advance(tx: &mut SqliteConnection, order_id: String, step: Step) -> Result<StoredOrder, Refusal> {
    let now = newest(tx, &order_id).await?;
    let again = step.to == Status::Placed;
    if !status::may_become(now.status, step.to) || (again && !now.retryable) {
        return Err(Refusal::NotNow(now.status));
    }
    let query = sqlx::query("UPDATE orders SET attempt = attempt + ?, retryable = ? WHERE order_id = ?");
    query.bind(i64::from(again)).bind(step.retryable).bind(&order_id).execute(&mut *tx).await?;
    append(tx, &order_id, step.to, &step.reason, now.order.instructions.as_ref()).await?;
    for task in step.duties {
        let query = sqlx::query("INSERT OR IGNORE INTO duty (order_id, attempt, kind) VALUES (?, ?, ?)");
        query.bind(&order_id).bind(now.attempt).bind(task_name(task)).execute(&mut *tx).await?;
    }
    newest(tx, &order_id).await
}

async fn instruct(tx: &mut SqliteConnection, order_id: String, change: Change) -> Result<StoredOrder, Refusal> {
    let now = newest(tx, &order_id).await?;
    if !change.key.is_empty() && !remember(tx, &order_id, &change.key).await? {
        return Ok(now);
    }
    if now.revision != change.revision {
        return Err(Refusal::Outdated);
    }
    if status::is_over(now.status) {
        return Err(Refusal::NotNow(now.status));
    }
    append(tx, &order_id, now.status, &now.order.reason, Some(&change.instructions)).await?;
    newest(tx, &order_id).await
}

/// False if the key was seen.
async fn remember(tx: &mut SqliteConnection, order_id: &str, key: &str) -> Result<bool, sqlx::Error> {
    let query = sqlx::query("INSERT OR IGNORE INTO order_update (order_id, idempotency_key) VALUES (?, ?)");
    Ok(query.bind(order_id).bind(key).execute(tx).await?.rows_affected() > 0)
}

async fn append(
    tx: &mut SqliteConnection,
    order_id: &str,
    status: Status,
    reason: &str,
    instructions: Option<&DeliveryInstructions>,
) -> Result<(), Refusal> {
    let query =
        sqlx::query("UPDATE orders SET newest = newest + 1, newest_status = ?2 WHERE order_id = ?1 RETURNING newest");
    let row = query.bind(order_id).bind(status::name(status)).fetch_one(&mut *tx).await?;
    let query = sqlx::query(
        "INSERT INTO order_revision
         (order_id, revision, status, reason, note, contact_phone, leave_at_door, changed_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    );
    let query = query.bind(order_id).bind(row.try_get::<i64, _>(0)?).bind(status::name(status)).bind(reason);
    let query = query.bind(instructions.map(|it| &it.note)).bind(instructions.map(|it| &it.contact_phone));
    query.bind(instructions.map(|it| it.leave_at_door)).bind(time::now()).execute(tx).await?;
    Ok(())
}

async fn newest(connection: &mut SqliteConnection, order_id: &str) -> Result<StoredOrder, Refusal> {
    let query = sqlx::query("SELECT * FROM order_state WHERE order_id = ? AND revision = newest").bind(order_id);
    load(connection, query).await?.pop().ok_or(Refusal::Unknown)
}

async fn duties(connection: &mut SqliteConnection) -> Result<Vec<Duty>, Refusal> {
    Ok(sqlx::query("SELECT * FROM duty ORDER BY rowid").try_map(duty).fetch_all(connection).await?)
}

async fn done(tx: &mut SqliteConnection, duty: Duty) -> Result<(), Refusal> {
    let query = sqlx::query("DELETE FROM duty WHERE order_id = ? AND attempt = ? AND kind = ?");
    query.bind(duty.order_id).bind(duty.attempt).bind(task_name(duty.task)).execute(tx).await?;
    Ok(())
}
