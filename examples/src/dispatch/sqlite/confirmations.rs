//! Confirmation of routes.

use sqlx::SqliteConnection;

use super::{
    super::{status, store::DispatchStoreError},
    assignments, routes,
};
use crate::{
    generated::dispatch::v1::{Route, assignment::Status},
    time::Clock,
};

pub(super) async fn confirm(
    tx: &mut SqliteConnection,
    clock: Clock,
    id: String,
    key: String,
    route: Route,
) -> Result<Route, DispatchStoreError> {
    let assignment = assignments::get(tx, &id).await?;
    let status = assignment.status.unwrap_or(Status::Searching);
    if !key.is_empty() && routes::was_seen(tx, &id, &key).await? {
        // A courier may have lost the assignment with its route. A repetition does not confirm it for the next one.
        return assignment.route.ok_or(DispatchStoreError::WrongStatus(status));
    }
    if !status::is_carried(status) {
        return Err(DispatchStoreError::WrongStatus(status));
    }
    routes::remember(tx, &clock, &id, &key).await?;
    routes::replace(tx, clock.now(), &id, &route).await?;
    routes::get(tx, &id).await?.ok_or(DispatchStoreError::Database(sqlx::Error::RowNotFound))
}
