//! Pages of a list of orders (AIP-158).

use rust_svc::Result;

use super::{
    status,
    store::{Filter, Listed},
};
use crate::{
    generated::order::v1::{ListOrdersRequest, ListOrdersResponse, order::Status},
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
    statuses: Vec<Status>,
    tokens: PageTokens,
}

impl Page {
    pub(super) fn asked_for(request: ListOrdersRequest, secret: &[u8]) -> Result<Self> {
        check_statuses(&request.statuses)?;
        let tokens = PageTokens::new(secret, &list_name(&request));
        Ok(Self {
            size: validation::page_size(request.page_size)?,
            before: tokens.read(&request.page_token)?,
            customer_id: request.customer_id,
            statuses: request.statuses,
            tokens,
        })
    }

    /// The filter asks for one more order than the page has, to detect the last page.
    pub(super) fn filter(&self) -> Filter {
        let (customer_id, statuses) = (self.customer_id.clone(), self.statuses.clone());
        Filter { customer_id, statuses, before: self.before, limit: self.size + 1, max_items: MAX_ITEMS }
    }

    pub(super) fn response(&self, listed: Listed) -> ListOrdersResponse {
        let mut orders = listed.orders;
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let is_cut = orders.iter().map(|it| it.order.items.len()).sum::<usize>() >= MAX_ITEMS;
        let is_last = orders.len() <= size && !is_cut;
        orders.truncate(size);
        let next_page_token = match orders.last() {
            Some(last) if !is_last => self.tokens.write(&last.sequence),
            _ => String::new(),
        };
        let total_size = i32::try_from(listed.total).unwrap_or(i32::MAX);
        ListOrdersResponse { orders: orders.into_iter().map(|it| it.order).collect(), next_page_token, total_size }
    }
}

/// A token is valid for the list of these filters only.
fn list_name(request: &ListOrdersRequest) -> String {
    let statuses: Vec<_> = request.statuses.iter().map(|status| status::name(*status)).collect();
    format!("orders of {} in {}", request.customer_id, statuses.join(", "))
}

fn check_statuses(statuses: &[Status]) -> Result<()> {
    let is_known = |status: &Status| status::by_name(status::name(*status)).is_some();
    match statuses.iter().position(|status| !is_known(status)) {
        Some(index) => Err(validation::invalid_field(&format!("statuses[{index}]"), "is not a status of orders")),
        None => Ok(()),
    }
}
