//! The order service's state in SQLite.

use futures::FutureExt;
use rust_svc::async_trait;
use sqlx::{Row, SqliteConnection};
use tokio::sync::watch;
use uuid::Uuid;

use super::{
    super::{
        status,
        store::{Change, Draft, Filter, OrderStore, OrderStoreError, OutboxEntry, StoredOrder, Transition},
    },
    rows::{entry, load, task_name},
};
use crate::{
    database::Database,
    generated::order::v1::{DeliveryInstructions, order::Status},
    time,
};

/// The order service's state in SQLite.
#[derive(Clone, Debug)]
pub struct SqliteOrderStore {
    database: Database,
}

impl SqliteOrderStore {
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
impl OrderStore for SqliteOrderStore {
    async fn place(&self, key: &str, draft: Draft) -> Result<StoredOrder, OrderStoreError> {
        let key = (!key.is_empty()).then(|| key.to_owned());
        self.database.write(move |tx| place(tx, key, draft).boxed()).await
    }

    async fn order(&self, order_id: &str) -> Result<StoredOrder, OrderStoreError> {
        let order_id = order_id.to_owned();
        self.database.read(|connection| async move { newest(connection, &order_id).await }.boxed()).await
    }

    async fn advance(&self, order_id: &str, transition: Transition) -> Result<StoredOrder, OrderStoreError> {
        let order_id = order_id.to_owned();
        self.database.write(move |tx| advance(tx, order_id, transition).boxed()).await
    }

    async fn instruct(&self, order_id: &str, change: Change) -> Result<StoredOrder, OrderStoreError> {
        let order_id = order_id.to_owned();
        self.database.write(move |tx| instruct(tx, order_id, change).boxed()).await
    }

    async fn list(&self, filter: Filter) -> Result<Vec<StoredOrder>, OrderStoreError> {
        let query = sqlx::query(
            "SELECT * FROM order_state
             WHERE revision = newest AND (?1 = '' OR customer_id = ?1) AND (?2 IS NULL OR sequence < ?2)
             ORDER BY sequence DESC LIMIT ?3",
        );
        let query = query.bind(filter.customer_id).bind(filter.before).bind(filter.limit);
        self.database.read(|connection| load(connection, query).boxed()).await
    }

    async fn history(&self, order_id: &str, after: i64) -> Result<Vec<StoredOrder>, OrderStoreError> {
        let query = sqlx::query("SELECT * FROM order_state WHERE order_id = ? AND revision > ? ORDER BY revision");
        let query = query.bind(order_id.to_owned()).bind(after);
        self.database.read(|connection| load(connection, query).boxed()).await
    }

    async fn with_status(&self, status: Status) -> Result<Vec<StoredOrder>, OrderStoreError> {
        let query = sqlx::query(
            "SELECT * FROM order_state
             WHERE revision = newest AND order_id IN (SELECT order_id FROM orders WHERE newest_status = ?)
             ORDER BY sequence",
        );
        let query = query.bind(status::name(status));
        self.database.read(|connection| load(connection, query).boxed()).await
    }

    async fn outbox(&self) -> Result<Vec<OutboxEntry>, OrderStoreError> {
        self.database.read(|connection| entries(connection).boxed()).await
    }

    async fn done(&self, entry: &OutboxEntry) -> Result<(), OrderStoreError> {
        let entry = entry.clone();
        self.database.write(move |tx| done(tx, entry).boxed()).await
    }

    fn changed(&self) -> watch::Receiver<()> {
        self.database.changes()
    }
}

async fn place(tx: &mut SqliteConnection, key: Option<String>, draft: Draft) -> Result<StoredOrder, OrderStoreError> {
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

/// The first revision holds the order as the customer sent it.
async fn repeated(tx: &mut SqliteConnection, order_id: &str, draft: &Draft) -> Result<StoredOrder, OrderStoreError> {
    let query = sqlx::query("SELECT * FROM order_state WHERE order_id = ? AND revision = 1").bind(order_id);
    let first = load(tx, query).await?.pop().ok_or(OrderStoreError::Unknown)?.order;
    let said = Draft {
        customer_id: first.customer_id,
        items: first.items,
        delivery_address: first.delivery_address.unwrap_or_default(),
        instructions: first.instructions,
    };
    if said == *draft { newest(tx, order_id).await } else { Err(OrderStoreError::KeyReused) }
}

async fn insert(
    tx: &mut SqliteConnection,
    order_id: &str,
    key: Option<String>,
    draft: &Draft,
) -> Result<(), OrderStoreError> {
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

async fn advance(
    tx: &mut SqliteConnection,
    order_id: String,
    transition: Transition,
) -> Result<StoredOrder, OrderStoreError> {
    let now = newest(tx, &order_id).await?;
    let again = transition.to == Status::Placed;
    if !status::may_become(now.status, transition.to) || (again && !now.retryable) {
        return Err(OrderStoreError::WrongStatus(now.status));
    }
    let query = sqlx::query("UPDATE orders SET attempt = attempt + ?, retryable = ? WHERE order_id = ?");
    query.bind(i64::from(again)).bind(transition.retryable).bind(&order_id).execute(&mut *tx).await?;
    append(tx, &order_id, transition.to, &transition.reason, now.order.instructions.as_ref()).await?;
    for task in transition.tasks {
        let query = sqlx::query("INSERT OR IGNORE INTO outbox (order_id, attempt, kind) VALUES (?, ?, ?)");
        query.bind(&order_id).bind(now.attempt).bind(task_name(task)).execute(&mut *tx).await?;
    }
    newest(tx, &order_id).await
}

async fn instruct(tx: &mut SqliteConnection, order_id: String, change: Change) -> Result<StoredOrder, OrderStoreError> {
    let now = newest(tx, &order_id).await?;
    if !change.key.is_empty() && !remember(tx, &order_id, &change.key).await? {
        return Ok(now);
    }
    if now.revision != change.revision {
        return Err(OrderStoreError::Outdated);
    }
    if status::is_over(now.status) {
        return Err(OrderStoreError::WrongStatus(now.status));
    }
    append(tx, &order_id, now.status, &now.order.reason, Some(&change.instructions)).await?;
    newest(tx, &order_id).await
}

/// Returns false if the key was used before.
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
) -> Result<(), OrderStoreError> {
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

async fn newest(connection: &mut SqliteConnection, order_id: &str) -> Result<StoredOrder, OrderStoreError> {
    let query = sqlx::query("SELECT * FROM order_state WHERE order_id = ? AND revision = newest").bind(order_id);
    load(connection, query).await?.pop().ok_or(OrderStoreError::Unknown)
}

async fn entries(connection: &mut SqliteConnection) -> Result<Vec<OutboxEntry>, OrderStoreError> {
    Ok(sqlx::query("SELECT * FROM outbox ORDER BY rowid").try_map(entry).fetch_all(connection).await?)
}

async fn done(tx: &mut SqliteConnection, entry: OutboxEntry) -> Result<(), OrderStoreError> {
    let query = sqlx::query("DELETE FROM outbox WHERE order_id = ? AND attempt = ? AND kind = ?");
    query.bind(entry.order_id).bind(entry.attempt).bind(task_name(entry.task)).execute(tx).await?;
    Ok(())
}
