//! Messages with custom types, and messages that are passed through.

use std::{collections::BTreeMap, hash::Hash, sync::Arc};

use axum::body::Body;
use http_body_util::BodyExt as _;
use rust_svc::{Context, Message, Result, Streaming, Violations, async_trait, prost::Message as _};
use tower::ServiceExt as _;

use crate::golden::forms::forms::v1::{
    Blob, FormService, FormServiceFake, Order, Tagged, blob, form_service_gateway, money, order, outer, pb,
};

/// An amount of money in cents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Money(pub(crate) i64);

impl Message for Money {
    const NAME: &'static str = "forms.v1.Money";
    type Wire = pb::Money;

    fn into_wire(self) -> pb::Money {
        let nanos = i32::try_from(self.0 % 100).expect("less than a hundred") * 10_000_000;
        pb::Money { units: self.0 / 100, nanos, hint: None }
    }

    fn read(wire: pb::Money, violations: &mut Violations) -> Option<Self> {
        let cents = (wire.nanos % 10_000_000 == 0).then_some(i64::from(wire.nanos / 10_000_000));
        cents.map(|cents| Self(wire.units * 100 + cents)).or_else(|| violations.reject("is no whole number of cents"))
    }
}

/// A point, whose option names no trait.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Point(f64);

impl Message for Point {
    const NAME: &'static str = "forms.v1.Outer.Point";
    type Wire = pb::outer::Point;

    fn into_wire(self) -> pb::outer::Point {
        pb::outer::Point { x: self.0 }
    }

    fn read(wire: pb::outer::Point, _: &mut Violations) -> Option<Self> {
        Some(Self(wire.x))
    }
}

fn order() -> Order {
    let blob = || Blob { data: vec![1], about: Some(blob::About::Text("t".into())), ..Blob::default() };
    Order {
        price: Money(1_99),
        tip: Some(Money(-5)),
        fees: vec![Money(1)],
        rates: BTreeMap::from([("eur".into(), Money(2))]),
        payment: Some(order::Payment::Voucher(Box::new(blob()))),
        blob: Some(Box::new(blob())),
        blobs: vec![blob()],
        point: Some(Point(1.5)),
        raw: Some(outer::Raw { numbers: vec![0.5], chunk: Some(pb::blob::Chunk { name: "c".into() }) }),
        rounding: Some(money::Rounding::Up),
    }
}

#[test]
fn custom_and_passed_through_types_survive_a_round_trip() {
    let wire = order().into_wire();
    assert_eq!((wire.price.as_ref().map(|price| price.nanos), wire.fees.len()), (Some(990_000_000), 1));
    let received = pb::Order::decode(&*wire.encode_to_vec()).expect("its own encoding");
    assert_eq!(Order::from_wire(received).expect("valid"), order());
}

/// Messages that pass through are not validated: their `REQUIRED` fields may be missing.
#[test]
fn errors_of_custom_types_have_their_paths() {
    let crooked = || pb::Money { nanos: 1, ..pb::Money::default() };
    let wrong = pb::Order {
        fees: vec![pb::Money::default(), crooked()],
        rates: [("eur".to_owned(), crooked())].into(),
        payment: Some(pb::order::Payment::Cash(crooked())),
        blobs: vec![Blob::default()],
        ..pb::Order::default()
    };
    let violations = Order::from_wire(wrong).expect_err("wrong").into_vec();
    let fields: Vec<_> = violations.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(fields, ["price", "fees[1]", "rates[\"eur\"]", "cash"]);
    assert_eq!(violations[1].description, "is no whole number of cents");
}

/// The option names the traits of `Money`, prost derives those of `Tag`, and `Point` has none.
#[test]
fn types_derive_what_their_custom_fields_allow() {
    fn is_hash<T: Hash + Eq + Default>() {}
    fn is_default<T: Default>() {}
    is_hash::<Tagged>();
    is_default::<Order>();
}

struct Forms;

#[async_trait]
impl FormService for Forms {
    async fn convert(&self, _: Context, request: Money) -> Result<Money> {
        Ok(Money(request.0 * 2))
    }

    async fn place(&self, _: Context, request: Order) -> Result<Order> {
        Ok(request)
    }

    async fn store(&self, _: Context, request: Streaming<Blob>) -> Result<Streaming<Blob>> {
        Ok(request)
    }
}

async fn post(path: &str, body: &'static str) -> (u16, String) {
    let request = http::Request::post(path).header("content-type", "application/json").body(Body::from(body));
    let gateway = form_service_gateway(Arc::new(Forms)).into_router();
    let response = gateway.oneshot(request.expect("a request")).await.expect("infallible");
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

#[tokio::test]
async fn custom_types_are_requests_and_responses() {
    let doubled = (200, r#"{"units":"3","nanos":980000000}"#.to_owned());
    assert_eq!(post("/v1/convert", r#"{"units": 1, "nanos": 990000000}"#).await, doubled);
    let (status, refused) = post("/v1/convert", r#"{"nanos": 1}"#).await;
    assert!(status == 400 && refused.contains("cents"), "{refused}");
}

#[tokio::test]
async fn custom_types_have_the_json_of_their_messages() {
    let json = r#"{"price":{"units":"1"},"raw":{"numbers":[0.5]}}"#;
    assert_eq!(post("/v1/orders", json).await, (200, json.to_owned()));
}

#[tokio::test]
async fn passed_through_messages_are_streamed() {
    let fake = FormServiceFake::new();
    fake.convert.returns(Money(4));
    assert_eq!(fake.convert(Context::new(), Money(1)).await.expect("scripted"), Money(4));
    let blob = Blob { data: vec![7], ..Blob::default() };
    let stored = Forms.store(Context::new(), Streaming::from_messages([blob.clone()])).await.expect("a stream");
    assert_eq!(stored.collect().await.expect("whole"), [blob]);
}
