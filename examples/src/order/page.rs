//! Pages of a list of orders (AIP-158).

use rust_svc::Result;

use super::store::{Filter, StoredOrder};
use crate::{
    generated::order::v1::{ListOrdersRequest, ListOrdersResponse},
    lists::page_token::PageTokens,
    validation,
};

/// The number of items after which a page ends, so that it fits in one message whatever the size of the orders.
const MAX_ITEMS: usize = 2_000;

/// One page of a list.
pub(super) struct Page {
    size: i64,
    before: Option<i64>,
    customer_id: String,
    tokens: PageTokens,
}

impl Page {
    pub(super) fn asked_for(request: ListOrdersRequest, secret: &[u8]) -> Result<Self> {
        // A token is valid for the customer's list only.
        let tokens = PageTokens::new(secret, &format!("orders of {}", request.customer_id));
        let before = tokens.read(&request.page_token)?;
        Ok(Self { size: validation::page_size(request.page_size)?, before, customer_id: request.customer_id, tokens })
    }

    /// The filter asks for one more order than the page has, to detect the last page.
    pub(super) fn filter(&self) -> Filter {
        let customer_id = self.customer_id.clone();
        Filter { customer_id, before: self.before, limit: self.size + 1, max_items: MAX_ITEMS }
    }

    pub(super) fn response(&self, mut orders: Vec<StoredOrder>) -> ListOrdersResponse {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let is_cut = orders.iter().map(|it| it.order.items.len()).sum::<usize>() >= MAX_ITEMS;
        let is_last = orders.len() <= size && !is_cut;
        orders.truncate(size);
        let next_page_token = match orders.last() {
            Some(last) if !is_last => self.tokens.write(&last.sequence),
            _ => String::new(),
        };
        ListOrdersResponse { orders: orders.into_iter().map(|it| it.order).collect(), next_page_token }
    }
}
