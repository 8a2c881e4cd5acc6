//! Tokens, and services that refuse what belongs to others.

use std::{sync::Arc, time::Duration};

use rust_svc::{Code, Context, Streaming};

use super::{Caller, OwnOnly, Role, Tokens};
use crate::generated::{
    dispatch::v1::{
        AssignOrderRequest, ConfirmRouteRequest, CourierService, DispatchService, GetCourierStatusRequest,
        RouteService, StreamAssignmentsRequest, UpdateCourierStatusRequest,
        stream_assignments_request::{Action, Connect},
    },
    order::v1::{
        Address, CancelOrderRequest, CreateOrderRequest, CreateOrderResponse, GetOrderRequest, GetOrderResponse,
        ListOrdersRequest, ListOrdersResponse, Order, OrderItem, OrderService, OrderServiceFake,
        StreamOrderUpdatesRequest, UpdateOrderRequest, UploadOrderItemsRequest, UploadOrderItemsResponse,
        upload_order_items_request::{Header, Part},
    },
};
use crate::{
    database::IN_MEMORY,
    dispatch::{Dispatch, DispatchConfig, sqlite::SqliteDispatchStore},
    time::Clock,
};

const MINUTE: Duration = Duration::from_mins(1);

fn kari() -> Caller {
    Caller::new(Role::Customer, "kari")
}

fn cx(caller: Caller) -> Context {
    Context::new().with_value(caller)
}

#[test]
fn a_token_tells_who_calls() {
    let tokens = Tokens::new(b"secret");
    for caller in [kari(), Caller::new(Role::Courier, "Ann, the second"), Caller::new(Role::Operator, "")] {
        assert_eq!(tokens.verify(&tokens.issue(&caller, MINUTE)).expect("valid"), caller);
    }
}

#[test]
fn a_token_that_is_forged_or_has_expired_is_not_valid() {
    let tokens = Tokens::new(b"secret");
    let token = tokens.issue(&kari(), MINUTE);
    let (claims, signature) = token.split_once('.').expect("two parts");
    let operator = Tokens::new(b"guessed").issue(&Caller::new(Role::Operator, "kari"), MINUTE);
    let (other_claims, _) = operator.split_once('.').expect("two parts");
    let wrong = [
        operator.clone(),
        format!("{other_claims}.{signature}"),
        format!("{claims}."),
        claims.to_owned(),
        String::new(),
        ".".to_owned(),
        format!("{token}A"),
        tokens.issue(&kari(), Duration::ZERO),
    ];
    for token in wrong {
        assert_eq!(tokens.verify(&token).expect_err("not valid").code(), Code::Unauthenticated, "{token}");
    }
}

#[test]
fn processes_that_start_at_once_share_a_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("secret");
    let opened: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| Tokens::open(&file).expect("opens"))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    let token = opened[0].issue(&kari(), MINUTE);
    assert!(opened.iter().all(|tokens| tokens.verify(&token).is_ok()));
    std::fs::write(&file, "short").expect("written");
    assert!(Tokens::open(&file).is_err());
}

/// The order service, in which every order belongs to Ola.
fn orders_of_ola() -> (OwnOnly<OrderServiceFake>, OrderServiceFake) {
    let fake = OrderServiceFake::new();
    let order = Order { order_id: "o1".into(), customer_id: "ola".into(), ..Order::default() };
    fake.get_order.always(GetOrderResponse { order });
    (OwnOnly(Arc::new(fake.clone())), fake)
}

#[tokio::test]
async fn a_customer_reaches_no_order_of_another() {
    let (orders, _fake) = orders_of_ola();
    let id = || "o1".to_owned();
    let through_the_gateway = Caller { customer: Some("kari".into()), ..Caller::new(Role::Gateway, "gateway") };
    for caller in [kari(), through_the_gateway] {
        let cx = || cx(caller.clone());
        let order = Order { order_id: id(), ..Order::default() };
        let update = UpdateOrderRequest { order, ..UpdateOrderRequest::default() };
        let errors = [
            orders.get_order(cx(), GetOrderRequest { order_id: id() }).await.expect_err("refused"),
            orders.update_order(cx(), update).await.expect_err("refused"),
            orders.cancel_order(cx(), CancelOrderRequest { order_id: id(), reason: id() }).await.expect_err("refused"),
            orders.stream_order_updates(cx(), StreamOrderUpdatesRequest { order_id: id() }).await.expect_err("refused"),
        ];
        assert!(errors.iter().all(|error| error.code() == Code::NotFound), "{errors:?}");
    }
}

#[tokio::test]
async fn a_customer_orders_and_lists_for_itself_only() {
    let (orders, fake) = orders_of_ola();
    let create = |customer: &str| CreateOrderRequest {
        customer_id: customer.into(),
        items: vec![OrderItem { product_id: "tea".into(), quantity: 1, ..OrderItem::default() }],
        delivery_address: Address { city: "Oslo".into(), ..Address::default() },
        ..CreateOrderRequest::default()
    };
    let list = |customer: &str| ListOrdersRequest { customer_id: customer.into(), ..ListOrdersRequest::default() };
    let header = Part::Header(Header { customer_id: "ola".into(), ..Header::default() });
    let upload = Streaming::from_messages([UploadOrderItemsRequest { part: Some(header) }]);
    fake.upload_order_items.returns(UploadOrderItemsResponse::default());
    let errors = [
        orders.create_order(cx(kari()), create("ola")).await.expect_err("refused"),
        orders.list_orders(cx(kari()), list("ola")).await.expect_err("refused"),
        orders.upload_order_items(cx(kari()), upload).await.expect_err("refused"),
    ];
    assert!(errors.iter().all(|error| error.code() == Code::PermissionDenied), "{errors:?}");

    fake.create_order.always(CreateOrderResponse::default());
    fake.list_orders.always(ListOrdersResponse::default());
    orders.create_order(cx(kari()), create("kari")).await.expect("created");
    orders.list_orders(cx(kari()), list("")).await.expect("listed");
    orders.list_orders(cx(Caller::new(Role::Operator, "kari")), list("")).await.expect("listed");
    let listed: Vec<_> = fake.list_orders.requests().into_iter().map(|request| request.customer_id).collect();
    assert_eq!(listed, ["kari", ""]);
}

#[tokio::test]
async fn a_call_without_a_caller_is_refused() {
    let (orders, _fake) = orders_of_ola();
    let request = GetOrderRequest { order_id: "o1".into() };
    assert_eq!(orders.get_order(Context::new(), request).await.expect_err("refused").code(), Code::Unauthenticated);
}

#[tokio::test]
async fn a_courier_acts_only_as_itself() {
    let store = SqliteDispatchStore::open(IN_MEMORY, Clock::default()).await.expect("opens");
    let dispatch = OwnOnly(Arc::new(Dispatch::new(Arc::new(store), DispatchConfig::default(), Clock::default())));
    let ann = || cx(Caller::new(Role::Courier, "ann"));
    let update =
        |id: &str| UpdateCourierStatusRequest { courier_id: id.into(), ..UpdateCourierStatusRequest::default() };
    dispatch.update_courier_status(ann(), update("ann")).await.expect("signed up");
    let assignment = AssignOrderRequest { idempotency_key: "a1".into(), order_id: "o1".into(), ..Default::default() };
    dispatch.assign_order(cx(Caller::new(Role::Orders, "order")), assignment).await.expect("assigned");

    let status = GetCourierStatusRequest { courier_id: "bob".into() };
    let route = ConfirmRouteRequest { assignment_id: "a1".into(), ..ConfirmRouteRequest::default() };
    let connect = Some(Action::Connect(Connect { courier_id: "bob".into() }));
    let requests = Streaming::from_messages([StreamAssignmentsRequest { action: connect }]);
    let mut offers = dispatch.stream_assignments(ann(), requests).await.expect("a stream");
    let errors = [
        dispatch.update_courier_status(ann(), update("bob")).await.expect_err("refused"),
        dispatch.get_courier_status(ann(), status).await.expect_err("refused"),
        dispatch.confirm_route(ann(), route).await.expect_err("refused"),
        offers.next().await.expect("no end").expect_err("refused"),
    ];
    assert!(errors.iter().all(|error| error.code() == Code::PermissionDenied), "{errors:?}");
}
