//! An embedded SQLite database, in a file or in memory.

use std::{panic, path::Path};

use futures::future::BoxFuture;
use sqlx::{
    SqliteConnection, SqlitePool,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::watch;

/// The name of a database that ends with its process.
pub const IN_MEMORY: &str = ":memory:";

/// An open database, which notifies its readers of changes. Clones share it.
///
/// It has one connection, so that transactions do not run concurrently.
#[derive(Clone, Debug)]
pub struct Database {
    pool: SqlitePool,
    changed: watch::Sender<()>,
}

impl Database {
    /// Opens the database in the file `name`, which is made if it is not there, or in memory for [`IN_MEMORY`], and
    /// brings it up to date.
    pub async fn open(name: &str, migrations: &Migrator) -> Result<Self, sqlx::Error> {
        let one = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        let pool = one.connect_with(options(name)).await?;
        migrations.run(&pool).await?;
        Ok(Self { pool, changed: watch::Sender::new(()) })
    }

    /// Reads with the connection.
    ///
    /// It completes even if the caller is dropped or not polled, so that a slow reader of a stream does not hold the
    /// connection.
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
        to_the_end(read).await
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
            let mut transaction = this.pool.begin_with("BEGIN IMMEDIATE").await?;
            let value = work(&mut transaction).await?;
            transaction.commit().await?;
            this.changed.send_replace(());
            Ok(value)
        };
        to_the_end(write).await
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

async fn to_the_end<T, E>(work: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<sqlx::Error> + Send + 'static,
{
    tokio::spawn(work).await.unwrap_or_else(|failure| match failure.try_into_panic() {
        Ok(panic) => panic::resume_unwind(panic),
        Err(_) => Err(E::from(sqlx::Error::WorkerCrashed)),
    })
}

fn options(name: &str) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new().foreign_keys(true);
    if name == IN_MEMORY {
        return options.in_memory(true);
    }
    options
        .filename(Path::new(name))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
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
}
