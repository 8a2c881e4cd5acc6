//! Requests that change or list orders.

use rust_svc::{Code, Context, FieldMask, Streaming};

use super::shop::{TestShop, request};
use crate::generated::order::v1::{
    Address, CreateOrderRequest, DeliveryInstructions, ListOrdersRequest, Money, Order, OrderItem, OrderService,
    UpdateOrderRequest, UploadOrderItemsRequest,
    order::Status,
    upload_order_items_request::{Header, Part},
};

#[tokio::test]
async fn an_upload_needs_a_header_then_items() {
    let shop = TestShop::open().await;
    let CreateOrderRequest { idempotency_key, customer_id, items, delivery_address, .. } = request("k");
    let header = Header { idempotency_key, customer_id, delivery_address, instructions: None };
    let part = |part| UploadOrderItemsRequest { part: Some(part) };
    let parts: Vec<_> =
        std::iter::once(Part::Header(header)).chain(items.into_iter().map(Part::Item)).map(part).collect();
    let upload = async |parts| shop.orders.upload_order_items(Context::new(), Streaming::from_messages(parts)).await;
    let response = upload(parts.clone()).await.expect("uploaded");
    assert_eq!(response.item_count, 1);
    assert_eq!(shop.create("k").await.expect("the same"), response.order);
    for wrong in [vec![], parts[..1].to_vec(), parts[1..].to_vec(), [parts.clone(), parts].concat()] {
        assert_eq!(upload(wrong).await.expect_err("wrong").code(), Code::InvalidArgument);
    }
}

#[tokio::test]
async fn an_upload_is_placed_without_its_invalid_items() {
    let shop = TestShop::open().await;
    let CreateOrderRequest { idempotency_key, customer_id, items, delivery_address, .. } = request("k");
    let header = Part::Header(Header { idempotency_key, customer_id, delivery_address, instructions: None });
    let none = OrderItem { product_id: "cup".into(), ..OrderItem::default() };
    let again = OrderItem { quantity: 1, ..items[0].clone() };
    let sent = [header, Part::Item(none.clone()), Part::Item(items[0].clone()), Part::Item(again.clone())];
    let sent = sent.map(|part| UploadOrderItemsRequest { part: Some(part) });
    let response =
        shop.orders.upload_order_items(Context::new(), Streaming::from_messages(sent)).await.expect("placed");
    assert_eq!((response.order.items, response.item_count), (vec![items[0].clone()], 1));
    let rejected: Vec<_> = response.rejected_items.into_iter().filter_map(|it| it.item).collect();
    assert_eq!(rejected, [none, again]);
}

#[tokio::test]
async fn an_upload_is_placed_without_items_in_another_currency() {
    let shop = TestShop::open().await;
    let CreateOrderRequest { idempotency_key, customer_id, delivery_address, .. } = request("k");
    let header = Part::Header(Header { idempotency_key, customer_id, delivery_address, instructions: None });
    let (tea, cup) = (priced("tea", "EUR"), priced("cup", "NOK"));
    let sent = [header, Part::Item(tea), Part::Item(cup.clone())];
    let sent = Streaming::from_messages(sent.map(|part| UploadOrderItemsRequest { part: Some(part) }));
    let response = shop.orders.upload_order_items(Context::new(), sent).await.expect("placed");
    assert_eq!(response.order.total, Some(Money { currency_code: "EUR".into(), minor_units: 700 }));
    assert_eq!(response.rejected_items.into_iter().map(|it| it.item).collect::<Vec<_>>(), [Some(cup)]);
}

fn priced(product: &str, currency: &str) -> OrderItem {
    let unit_price = Some(Money { currency_code: currency.into(), minor_units: 350 });
    OrderItem { product_id: product.into(), quantity: 2, unit_price }
}

#[tokio::test]
async fn an_order_has_one_currency() {
    let shop = TestShop::open().await;
    let order = |key: &str, currencies: [&str; 2]| {
        let items = vec![priced("tea", currencies[0]), priced("cup", currencies[1])];
        shop.orders.create_order(Context::new(), CreateOrderRequest { items, ..request(key) })
    };
    let placed = order("k", ["EUR", "EUR"]).await.expect("placed").order;
    assert_eq!(placed.total, Some(Money { currency_code: "EUR".into(), minor_units: 1_400 }));
    assert_eq!(shop.get(&placed.order_id).await.total, placed.total);
    let error = order("other", ["EUR", "NOK"]).await.expect_err("two currencies");
    assert_eq!(error.violations()[0].field, "items[1].unit_price.currency_code");
    // Prices are part of the content that must not change for a key.
    assert_eq!(order("k", ["NOK", "NOK"]).await.expect_err("another price").code(), Code::AlreadyExists);
}

#[tokio::test]
async fn an_update_with_an_outdated_etag_is_aborted() {
    let shop = TestShop::open().await;
    let order = shop.create("k").await.expect("created");
    let update = async |note: &str, etag: &str| {
        let instructions = Some(DeliveryInstructions { note: note.into(), ..DeliveryInstructions::default() });
        let order = Order { order_id: order.order_id.clone(), instructions, etag: etag.into(), ..Order::default() };
        let update_mask = Some(FieldMask::new(["instructions.note"]));
        let request = UpdateOrderRequest { order, update_mask, idempotency_key: String::new() };
        shop.orders.update_order(Context::new(), request).await.map(|it| it.order)
    };
    let updated = update("ring twice", &order.etag).await.expect("updated");
    assert_eq!(updated.instructions.clone().map(|it| it.note).as_deref(), Some("ring twice"));
    assert_eq!(update("knock", &order.etag).await.expect_err("old").code(), Code::Aborted);
    assert_eq!(update("knock", "x").await.expect_err("wrong").code(), Code::InvalidArgument);
    update("knock", "").await.expect("updated");
    shop.cancel(&order.order_id).await.expect("cancelled");
    assert_eq!(update("late", "").await.expect_err("over").code(), Code::FailedPrecondition);
}

#[tokio::test]
async fn pages_contain_each_order_once() {
    let shop = TestShop::open().await;
    for number in 0..5 {
        shop.create(&number.to_string()).await.expect("created");
    }
    let mut request = ListOrdersRequest { page_size: 2, customer_id: "ann".into(), ..ListOrdersRequest::default() };
    let mut sizes = Vec::new();
    loop {
        let page = shop.orders.list_orders(Context::new(), request.clone()).await.expect("listed");
        sizes.push(page.orders.len());
        assert_eq!(page.total_size, 5);
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(sizes, [2, 2, 1]);
}

#[tokio::test]
async fn a_list_has_the_orders_of_its_statuses() {
    let shop = TestShop::open().await;
    let first = shop.create("1").await.expect("created");
    shop.create("2").await.expect("created");
    shop.cancel(&first.order_id).await.expect("cancelled");
    let list = async |statuses: &[Status]| {
        let request = ListOrdersRequest { statuses: statuses.to_vec(), page_size: 1, ..ListOrdersRequest::default() };
        shop.orders.list_orders(Context::new(), request).await
    };
    let cancelled = list(&[Status::Cancelled]).await.expect("listed");
    assert_eq!((cancelled.total_size, &cancelled.orders[0].order_id), (1, &first.order_id));
    let error = list(&[Status::Placed, Status::Unrecognized(99)]).await.expect_err("unknown");
    assert_eq!(error.violations()[0].field, "statuses[1]");
    let page_token = list(&[]).await.expect("listed").next_page_token;
    let other_list =
        ListOrdersRequest { page_token, statuses: vec![Status::Cancelled], ..ListOrdersRequest::default() };
    let error = shop.orders.list_orders(Context::new(), other_list).await.expect_err("a token of another list");
    assert_eq!(error.violations()[0].field, "page_token");
}

#[tokio::test]
async fn invalid_requests_do_not_reach_other_services() {
    let shop = TestShop::open().await;
    let wrong = CreateOrderRequest { items: Vec::new(), delivery_address: Address::default(), ..request("k") };
    let error = shop.orders.create_order(Context::new(), wrong).await.expect_err("wrong");
    let fields: Vec<_> = error.violations().iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(fields, ["items", "delivery_address.city"]);
    shop.inventory.reserve_items.called(0);
}

#[tokio::test]
async fn large_orders_fit_in_pages() {
    let shop = TestShop::open().await;
    let item = |number| OrderItem { product_id: format!("{number:0>100}"), quantity: 1, ..OrderItem::default() };
    for key in ["a", "b", "c", "d", "e"] {
        let large = CreateOrderRequest { items: (0..1_000).map(item).collect(), ..request(key) };
        shop.orders.create_order(Context::new(), large).await.expect("created");
    }
    let mut request = ListOrdersRequest { page_size: 100, ..ListOrdersRequest::default() };
    let mut sizes = Vec::new();
    loop {
        let page = shop.orders.list_orders(Context::new(), request.clone()).await.expect("listed");
        sizes.push(page.orders.len());
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(sizes, [2, 2, 1]);
}
