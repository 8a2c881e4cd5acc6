//! The operations service: what the order service still owes.

use rust_svc::{Context, Result, async_trait};

use super::{service::Orders, store};
use crate::{
    generated::order::v1::{ListObligationsRequest, ListObligationsResponse, Obligation, OrderOperationsService},
    time,
};

const LIMIT: i64 = 100;

#[async_trait]
impl OrderOperationsService for Orders {
    async fn list_obligations(&self, _: Context, _: ListObligationsRequest) -> Result<ListObligationsResponse> {
        let owed = self.store.obligations(LIMIT).await?;
        let obligations = owed.oldest.into_iter().map(shown).collect();
        Ok(ListObligationsResponse { obligations, total: owed.total, refused: owed.refused })
    }
}

fn shown(owed: store::Obligation) -> Obligation {
    Obligation {
        order_id: owed.order_id,
        kind: Some(owed.kind),
        failures: owed.failures,
        last_error: owed.last_error,
        refused: owed.refused,
        create_time: time::from_micros(owed.created_at),
    }
}
