//! Pages of a list of orders (AIP-158).

use rust_svc::Result;

use super::store::{Filter, StoredOrder};
use crate::{
    generated::order::v1::{ListOrdersRequest, ListOrdersResponse},
    validation,
};

/// One page of a list.
#[derive(Debug)]
pub(super) struct Page {
    size: i64,
    before: Option<i64>,
    customer_id: String,
}

impl Page {
    pub(super) fn asked_for(request: ListOrdersRequest) -> Result<Self> {
        let before = before(&request)?;
        Ok(Self { size: validation::page_size(request.page_size)?, before, customer_id: request.customer_id })
    }

    /// The filter asks for one more order than the page has, to detect the last page.
    pub(super) fn filter(&self) -> Filter {
        Filter { customer_id: self.customer_id.clone(), before: self.before, limit: self.size + 1 }
    }

    pub(super) fn response(&self, mut orders: Vec<StoredOrder>) -> ListOrdersResponse {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let is_last = orders.len() <= size;
        orders.truncate(size);
        let next_page_token = match orders.last() {
            Some(last) if !is_last => token(last.sequence, &self.customer_id),
            _ => String::new(),
        };
        ListOrdersResponse { orders: orders.into_iter().map(|it| it.order).collect(), next_page_token }
    }
}

/// A page token contains the customer, so that it cannot be used with another list.
fn token(sequence: i64, customer_id: &str) -> String {
    format!("{sequence}.{customer_id}")
}

fn before(request: &ListOrdersRequest) -> Result<Option<i64>> {
    if request.page_token.is_empty() {
        return Ok(None);
    }
    let parts = request.page_token.split_once('.');
    let own = parts.filter(|(_, customer_id)| *customer_id == request.customer_id);
    let sequence = own.and_then(|(sequence, _)| sequence.parse().ok());
    sequence.map(Some).ok_or_else(|| validation::invalid_field("page_token", "is not one of this list"))
}

#[cfg(test)]
mod tests {
    use super::{ListOrdersRequest, Page, token};

    fn page(customer_id: &str, page_token: &str) -> Option<Option<i64>> {
        let request =
            ListOrdersRequest { page_size: 0, page_token: page_token.into(), customer_id: customer_id.into() };
        Page::asked_for(request).ok().map(|page| page.before)
    }

    #[test]
    fn a_token_is_valid_for_its_own_list() {
        assert_eq!(page("ann", ""), Some(None));
        assert_eq!(page("ann", &token(7, "ann")), Some(Some(7)));
        assert_eq!(page("", &token(7, "")), Some(Some(7)));
        for wrong in [&token(7, "bob"), "7", "x.ann", "."] {
            assert_eq!(page("ann", wrong), None, "{wrong}");
        }
    }
}
