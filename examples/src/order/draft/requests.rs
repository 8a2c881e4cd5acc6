//! Orders as customers send them, validated.

use rust_svc::{Error, Result, Streaming, Violations};

use super::prices;
use crate::{
    generated::order::v1::{
        Address, CreateOrderRequest, DeliveryInstructions, OrderItem, UploadOrderItemsRequest,
        upload_order_items_request::{Header, Part},
        upload_order_items_response::RejectedItem,
    },
    order::store::Draft,
    validation,
};

const MAX_NOTE: usize = 500;
const MAX_PHONE: usize = 50;
const MAX_LINE: usize = 200;

/// The key and the draft of a request.
pub(in crate::order) fn of_request(request: CreateOrderRequest) -> Result<(String, Draft)> {
    let draft = Draft {
        customer_id: request.customer_id,
        items: request.items,
        delivery_address: request.delivery_address,
        instructions: request.instructions,
        trace: None,
    };
    checked(request.idempotency_key, draft)
}

/// The key and the draft of an upload, a header and then items, and the items that are not in the draft.
pub(in crate::order) async fn of_upload(
    mut parts: Streaming<UploadOrderItemsRequest>,
) -> Result<(String, Draft, Vec<RejectedItem>)> {
    let header = header(parts.next().await)?;
    let (mut items, mut rejected_items) = (Vec::<OrderItem>::new(), Vec::new());
    while let Some(part) = parts.next().await {
        let item = item(part?)?;
        match rejection(&items, &item) {
            Some(reason) => rejected_items.push(RejectedItem { item: Some(item), reason }),
            None => items.push(item),
        }
        if items.len() + rejected_items.len() > validation::MAX_ITEMS {
            return Err(Error::invalid_argument(format!("an order has at most {} items", validation::MAX_ITEMS)));
        }
    }
    let draft = Draft {
        customer_id: header.customer_id,
        items,
        delivery_address: header.delivery_address,
        instructions: header.instructions,
        trace: None,
    };
    let (key, draft) = checked(header.idempotency_key, draft)?;
    Ok((key, draft, rejected_items))
}

/// Why an order cannot have an item beside these.
fn rejection(items: &[OrderItem], item: &OrderItem) -> Option<String> {
    let mut violations = Violations::default();
    let pairs = items.iter().filter(|it| it.product_id == item.product_id).chain([item]);
    let pairs: Vec<_> = pairs.map(|it| (it.product_id.as_str(), it.quantity)).collect();
    validation::check_items(&mut violations, pairs.into_iter());
    let priced: Vec<_> = items.first().into_iter().chain([item]).cloned().collect();
    prices::check(&mut violations, &priced);
    violations.into_vec().pop().map(|last| last.description)
}

fn header(first: Option<Result<UploadOrderItemsRequest>>) -> Result<Header> {
    match first.transpose()?.and_then(|first| first.part) {
        Some(Part::Header(header)) => Ok(header),
        _ => Err(Error::invalid_argument("the first message must be the header of the order")),
    }
}

fn item(message: UploadOrderItemsRequest) -> Result<OrderItem> {
    match message.part {
        Some(Part::Item(item)) => Ok(item),
        _ => Err(Error::invalid_argument("each message after the first must be an item")),
    }
}

fn checked(key: String, draft: Draft) -> Result<(String, Draft)> {
    let mut violations = Violations::default();
    validation::check_length(&mut violations, "idempotency_key", &key, validation::MAX_ID);
    validation::check_id(&mut violations, "customer_id", &draft.customer_id);
    validation::check_items(&mut violations, draft.items.iter().map(|item| (item.product_id.as_str(), item.quantity)));
    prices::check(&mut violations, &draft.items);
    check_address(&mut violations, &draft.delivery_address);
    if let Some(instructions) = &draft.instructions {
        check_instructions(&mut violations, "instructions", instructions);
    }
    validation::into_result(violations)?;
    Ok((key, draft))
}

fn check_address(violations: &mut Violations, address: &Address) {
    if address.city.is_empty() {
        violations.add("delivery_address.city", "is required");
    }
    let lines = [
        ("recipient", &address.recipient),
        ("street", &address.street),
        ("postal_code", &address.postal_code),
        ("city", &address.city),
    ];
    for (name, line) in lines {
        validation::check_length(violations, &format!("delivery_address.{name}"), line, MAX_LINE);
    }
    validation::check_place(violations, "delivery_address.", address.latitude, address.longitude);
}

/// Checks the instructions for a courier.
pub(in crate::order) fn check_instructions(
    violations: &mut Violations,
    field: &str,
    instructions: &DeliveryInstructions,
) {
    validation::check_length(violations, &format!("{field}.note"), &instructions.note, MAX_NOTE);
    validation::check_length(violations, &format!("{field}.contact_phone"), &instructions.contact_phone, MAX_PHONE);
}
