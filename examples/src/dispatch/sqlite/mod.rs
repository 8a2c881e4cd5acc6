//! The state of dispatch in SQLite.

mod assignments;
mod confirmations;
mod couriers;
mod matches;
mod routes;
mod signs_of_life;
mod silence;
mod sqlite_store;
#[cfg(test)]
mod tests;
mod zones;

pub use self::sqlite_store::SqliteDispatchStore;
