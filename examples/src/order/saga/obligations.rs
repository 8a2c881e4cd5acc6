//! Obligations: calls that are repeated until they succeed.

use std::time::Duration;

use futures::{TryStreamExt, stream};
use rust_svc::{Context, Result};

use super::{
    super::{
        errors::is_verdict,
        service::Orders,
        store::{Failure, Obligation},
    },
    CALL_TIMEOUT, backoff,
    trace::traced,
};
use crate::{
    generated::{
        inventory::v1::{ReleaseReservationRequest, release_reservation_request::Outcome},
        order::v1::obligation::Kind,
    },
    time,
};

/// The time after which a refused call is repeated. Somebody has to change something first.
const REFUSED_WAIT: Duration = Duration::from_secs(60);
/// The number of obligations that are leased at once.
const BATCH: i64 = 32;
/// The number of calls at the same time.
const CONCURRENCY: usize = 8;

impl Orders {
    /// Makes the calls that are due, of an order or of all. Those that fail stay.
    pub(in super::super) async fn fulfil_obligations(&self, cx: &Context, order_id: Option<&str>) -> Result<()> {
        let owed = self.store.lease_obligations(order_id, BATCH).await?;
        stream::iter(owed.iter().map(Ok)).try_for_each_concurrent(CONCURRENCY, |owed| self.fulfil(cx, owed)).await
    }

    /// The call is detached, because the original caller may be gone.
    async fn fulfil(&self, cx: &Context, owed: &Obligation) -> Result<()> {
        let cx = traced(&cx.detached(), owed.trace.as_ref()).with_timeout(CALL_TIMEOUT);
        let Err(error) = self.inventory.release_reservation(cx, request(owed)).await else {
            return Ok(self.store.fulfilled(owed).await?);
        };
        let refused = is_verdict(&error);
        if refused {
            tracing::error!(order = owed.order_id, kind = ?owed.kind, %error, "an obligation was refused and is kept");
        } else {
            tracing::warn!(order = owed.order_id, kind = ?owed.kind, %error, "an obligation failed and is repeated");
        }
        let wait = if refused { REFUSED_WAIT } else { backoff(owed.failures) };
        Ok(self.store.failed(owed, Failure { error: error.to_string(), refused, wait }).await?)
    }
}

fn request(owed: &Obligation) -> ReleaseReservationRequest {
    ReleaseReservationRequest {
        reservation_id: owed.order_id.clone(),
        outcome: Some(if owed.kind == Kind::ShipStock { Outcome::Shipped } else { Outcome::Returned }),
        ship_time: owed.happened_at.and_then(time::from_micros),
    }
}
