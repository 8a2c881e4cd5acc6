//! An embedded SQLite database, in a file or in memory.

use std::{
    panic,
    path::Path,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use futures::future::BoxFuture;
use sqlx::{
    ConnectOptions, Connection, Sqlite, SqliteConnection, SqlitePool,
    migrate::Migrator,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::{sync::watch, task::JoinHandle, time};

/// The interval at which changes of other processes are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// The name of a database that ends with its process.
pub const IN_MEMORY: &str = ":memory:";

/// An open database, which notifies its readers of changes. Clones share it.
///
/// It has one connection, so that transactions do not run concurrently. Several processes may share a file.
#[derive(Clone, Debug)]
pub struct Database {
    pool: SqlitePool,
    changed: watch::Sender<()>,
    is_full: Arc<AtomicBool>,
    /// Keeps a database in memory, which ends with its last connection. The pool's ends with a read that is dropped while
    /// the pool tests it.
    _memory: Option<Arc<SqliteConnection>>,
    _others: Option<Arc<EndOnDrop>>,
}

impl Database {
    /// Opens the database in the file `name`, which is made if it is not there, or in memory for [`IN_MEMORY`], and
    /// brings it up to date.
    pub async fn open(name: &str, migrations: &Migrator) -> Result<Self, sqlx::Error> {
        let one = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        let options = options(name)?;
        let pool = one.connect_with(options.clone()).await?;
        let memory = if name == IN_MEMORY { Some(Arc::new(options.connect().await?)) } else { None };
        migrations.run(&pool).await?;
        let changed = watch::Sender::new(());
        let others = (name != IN_MEMORY).then(|| tokio::spawn(watch_others(pool.clone(), changed.clone())));
        let others = others.map(|task| Arc::new(EndOnDrop(task)));
        Ok(Self { pool, changed, is_full: Arc::default(), _memory: memory, _others: others })
    }

    /// Reads with the connection.
    ///
    /// It completes even if the caller does not poll, so that a slow reader of a stream does not hold the connection. It
    /// ends if the caller is dropped.
    pub async fn read<T, E>(
        &self,
        work: impl for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<sqlx::Error> + Send + 'static,
    {
        let pool = self.pool.clone();
        let read = async move { work(&mut *pool.acquire().await?).await };
        let mut task = EndOnDrop(tokio::spawn(read));
        result_of(&mut task.0).await
    }

    /// Checks that the database can be read.
    pub async fn check(&self) -> Result<(), sqlx::Error> {
        sqlx::query("SELECT 1").execute(&self.pool).await.map(drop)
    }

    /// Lets the database not grow any more, as on a full disk, or lets it grow again. For demonstrations.
    pub async fn fill(&self, is_full: bool) -> Result<(), sqlx::Error> {
        self.is_full.store(is_full, Relaxed);
        limit(&mut *self.pool.acquire().await?, is_full).await
    }

    /// Runs `work` in one transaction and notifies the readers. If it fails, nothing changes.
    ///
    /// It completes even if the caller is dropped, so that readers are always notified.
    pub async fn write<T, E>(
        &self,
        work: impl for<'t> FnOnce(&'t mut SqliteConnection) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<sqlx::Error> + Send + 'static,
    {
        let this = self.clone();
        let write = async move {
            let mut connection = this.connection().await?;
            let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
            let value = work(&mut transaction).await?;
            transaction.commit().await?;
            this.changed.send_replace(());
            Ok(value)
        };
        to_the_end(write).await
    }

    /// Returns the connection, or a new one if it is not usable any more: after such as a full disk, SQLite has ended the
    /// transaction by itself, so that it cannot be rolled back.
    async fn connection(&self) -> Result<PoolConnection<Sqlite>, sqlx::Error> {
        let mut connection = self.pool.acquire().await?;
        if connection.is_in_transaction() {
            connection.close().await?;
            connection = self.pool.acquire().await?;
        }
        if self.is_full.load(Relaxed) {
            limit(&mut connection, true).await?;
        }
        Ok(connection)
    }

    /// Receives each later change.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Closes the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Below the present size, SQLite takes the present size.
async fn limit(connection: &mut SqliteConnection, is_full: bool) -> Result<(), sqlx::Error> {
    let limit = if is_full { "PRAGMA max_page_count = 1" } else { "PRAGMA max_page_count = 1073741823" };
    sqlx::query(limit).execute(connection).await.map(drop)
}

async fn to_the_end<T, E>(work: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<sqlx::Error> + Send + 'static,
{
    result_of(&mut tokio::spawn(work)).await
}

async fn result_of<T, E: From<sqlx::Error>>(task: &mut JoinHandle<Result<T, E>>) -> Result<T, E> {
    task.await.unwrap_or_else(|failure| match failure.try_into_panic() {
        Ok(panic) => panic::resume_unwind(panic),
        Err(_) => Err(E::from(sqlx::Error::WorkerCrashed)),
    })
}

/// Notifies of changes by other processes. SQLite counts their commits.
async fn watch_others(pool: SqlitePool, changed: watch::Sender<()>) {
    let mut seen = None;
    while !pool.is_closed() {
        let version: Result<i64, _> = sqlx::query_scalar("PRAGMA data_version").fetch_one(&pool).await;
        if let Ok(version) = version
            && seen.replace(version).is_some_and(|seen| seen != version)
        {
            changed.send_replace(());
        }
        time::sleep(LOOK_EVERY).await;
    }
}

/// Ends a task when it is dropped.
#[derive(Debug)]
struct EndOnDrop<T = ()>(JoinHandle<T>);

impl<T> Drop for EndOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn options(name: &str) -> Result<SqliteConnectOptions, sqlx::Error> {
    if name == IN_MEMORY {
        // Parsed, it has a name of its own, by which its connections share it.
        return Ok(SqliteConnectOptions::from_str("sqlite::memory:")?.foreign_keys(true));
    }
    let options = SqliteConnectOptions::new().filename(Path::new(name)).create_if_missing(true).foreign_keys(true);
    Ok(options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Normal))
}

/// Returns a JSON array of texts, because a parameter of SQLite cannot be a list.
pub(crate) fn json_array<T: AsRef<str>>(texts: &[T]) -> String {
    let texts: Vec<_> = texts.iter().map(AsRef::as_ref).collect();
    serde_json::json!(texts).to_string()
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use sqlx::{Error, SqliteConnection};

    use super::{Database, IN_MEMORY};

    async fn one_table() -> Database {
        let database = Database::open(IN_MEMORY, &sqlx::migrate!("migrations/inventory")).await.expect("opens");
        let create = async |tx: &mut SqliteConnection| {
            sqlx::query("CREATE TABLE note (text TEXT NOT NULL)").execute(tx).await.map(drop)
        };
        database.write(move |tx| create(tx).boxed()).await.expect("created");
        database
    }

    async fn insert(tx: &mut SqliteConnection) -> Result<(), Error> {
        sqlx::query("INSERT INTO note (text) VALUES ('a note')").execute(tx).await.map(drop)
    }

    async fn count(connection: &mut SqliteConnection) -> Result<i64, Error> {
        sqlx::query_scalar("SELECT count(*) FROM note").fetch_one(connection).await
    }

    #[tokio::test]
    async fn a_failed_transaction_changes_and_notifies_nothing() {
        let database = one_table().await;
        let changes = database.changes();
        let half = async |tx: &mut SqliteConnection| {
            insert(tx).await?;
            Err::<(), _>(Error::RowNotFound)
        };
        database.write(move |tx| half(tx).boxed()).await.expect_err("fails");
        assert_eq!(database.read(|connection| count(connection).boxed()).await.expect("read"), 0);
        assert!(!changes.has_changed().expect("open"));
    }

    #[tokio::test]
    async fn a_write_completes_after_its_caller_is_dropped() {
        let database = one_table().await;
        let mut changes = database.changes();
        assert!(database.write(|tx| insert(tx).boxed()).now_or_never().is_none());
        changes.changed().await.expect("told");
        assert_eq!(database.read(|connection| count(connection).boxed()).await.expect("read"), 1);
    }

    #[tokio::test]
    async fn a_reader_that_is_not_polled_does_not_block_others() {
        let database = one_table().await;
        let mut slow = Box::pin(database.read(|connection| count(connection).boxed()));
        assert!((&mut slow).now_or_never().is_none());
        database.write(|tx| insert(tx).boxed()).await.expect("written");
        assert!(slow.await.is_ok());
    }

    #[tokio::test]
    async fn a_read_ends_with_its_caller() {
        let database = one_table().await;
        let paused = async |connection: &mut SqliteConnection| {
            sqlx::query("SELECT 1").execute(connection).await?;
            std::future::pending::<Result<(), Error>>().await
        };
        let mut read = Box::pin(database.read(move |connection| paused(connection).boxed()));
        assert!((&mut read).now_or_never().is_none());
        drop(read);
        database.check().await.expect("the connection is free");
    }

    #[tokio::test]
    async fn a_database_in_memory_outlives_its_connections() {
        let database = one_table().await;
        database.write(|tx| insert(tx).boxed()).await.expect("written");
        database.pool.acquire().await.expect("a connection").close().await.expect("closed");
        assert_eq!(database.read(|connection| count(connection).boxed()).await.expect("read"), 1);
    }

    #[tokio::test]
    async fn changes_of_other_processes_are_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("shared.db");
        let open = || Database::open(file.to_str().expect("a name"), &sqlx::migrate!("migrations/order"));
        let (one, other) = (open().await.expect("opens"), open().await.expect("opens"));
        let mut changes = one.changes();
        let change = async |tx: &mut SqliteConnection| {
            sqlx::query("UPDATE service_state SET position = position + 1").execute(tx).await.map(drop)
        };
        // The first look only remembers the state.
        tokio::time::sleep(2 * super::LOOK_EVERY).await;
        other.write(move |tx| change(tx).boxed()).await.expect("written");
        changes.changed().await.expect("noticed");
    }

    #[tokio::test]
    async fn writes_succeed_again_after_a_full_disk() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("full.db");
        let name = file.to_str().expect("a name");
        let database = Database::open(name, &sqlx::migrate!("migrations/inventory")).await.expect("opens");
        let fill = async |tx: &mut SqliteConnection| {
            sqlx::query("CREATE TABLE IF NOT EXISTS note (text TEXT NOT NULL)").execute(&mut *tx).await?;
            sqlx::query("INSERT INTO note (text) VALUES (hex(randomblob(100000)))").execute(tx).await.map(drop)
        };
        database.fill(true).await.expect("full");
        for _ in 0..3 {
            database.write(move |tx| fill(tx).boxed()).await.expect_err("full");
        }
        database.fill(false).await.expect("free");
        database.write(move |tx| fill(tx).boxed()).await.expect("there is room");
        assert_eq!(database.read(|connection| count(connection).boxed()).await.expect("read"), 1);
    }
}
