//! Confirmation of routes.

use sqlx::SqliteConnection;

use super::{
    super::{status, store::DispatchStoreError},
    assignments, routes,
};
use crate::generated::dispatch::v1::{Route, assignment::Status};

pub(super) async fn confirm(
    tx: &mut SqliteConnection,
    id: String,
    key: String,
    route: Route,
) -> Result<Route, DispatchStoreError> {
    let assignment = assignments::get(tx, &id).await?;
    if let Some(confirmed) = assignment.route
        && !key.is_empty()
        && routes::was_seen(tx, &id, &key).await?
    {
        return Ok(confirmed);
    }
    let status = assignment.status.unwrap_or(Status::Searching);
    if !status::is_carried(status) {
        return Err(DispatchStoreError::WrongStatus(status));
    }
    routes::remember(tx, &id, &key).await?;
    routes::replace(tx, &id, &route).await?;
    routes::get(tx, &id).await?.ok_or(DispatchStoreError::Database(sqlx::Error::RowNotFound))
}
