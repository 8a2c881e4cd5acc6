//! Where a service keeps its state: an embedded SQLite database, in a file or in memory.

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

/// An open database, which tells its readers when it changes. Its clones are one database.
///
/// It has one connection: who holds it is alone, and reads and writes a state that nobody else changes meanwhile.
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
    /// It is carried to the end even if the caller is dropped, or is not polled for a while: a slow reader of a stream
    /// must not keep the connection from others.
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

    /// Does `work` in one transaction, and tells the readers: all of it happens or, if it fails, none.
    ///
    /// It is carried to the end even if the caller is dropped, so that no change stays untold.
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

    /// Sees each change that is made from now on.
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
