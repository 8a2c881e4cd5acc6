//! The texts of failures, each compared with a file of `texts/`. `UPDATE_TEXTS=1` writes the files.

use std::{
    collections::{BTreeMap, HashMap},
    env, fs,
    path::Path,
};

use super::*;
use crate::Streaming;

#[derive(Clone, Debug, Default, PartialEq)]
struct Order {
    order_id: String,
    items: Vec<Item>,
    labels: HashMap<String, String>,
    by_day: BTreeMap<u32, Item>,
    payment: Option<Payment>,
    signature: Vec<u8>,
    note: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Item {
    product_id: String,
    quantity: u32,
}

#[derive(Clone, Debug, PartialEq)]
enum Payment {
    Card(Card),
    Cash(bool),
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Card {
    number: String,
}

const PLACE: Method = Method::unary("/order.v1.OrderService/Place");

fn order() -> Order {
    let item = |product: &str, quantity| Item { product_id: product.into(), quantity };
    Order {
        order_id: "o-1".into(),
        items: vec![item("tea", 2), item("cup", 1)],
        labels: ["a", "b", "c", "d"].map(|key| (key.to_owned(), key.to_uppercase())).into(),
        by_day: BTreeMap::from([(1, item("tea", 2))]),
        payment: Some(Payment::Card(Card { number: "4111".into() })),
        signature: vec![1, 2, 3],
        note: None,
    }
}

/// Compares a failure with its file. The places of scripts are shown without their lines.
fn assert_text(name: &str, text: &str) {
    let mut parts = text.split(file!());
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shown.push_str("test.rs");
        shown.push_str(part.trim_start_matches(|it: char| it.is_ascii_digit() || it == ':'));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/fake/tests/texts").join(name).with_extension("txt");
    if env::var_os("UPDATE_TEXTS").is_some() {
        fs::write(&path, format!("{shown}\n")).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(shown, expected.trim_end(), "{}", path.display());
}

#[tokio::test(start_paused = true)]
async fn differences_have_the_paths_of_nested_fields() {
    let session = Session::new();
    let place: Unary<Order, u32> = session.fake(PLACE);
    place.when_eq(order()).any_times().returns(1);
    place.when(|_| false).when(|_| false).any_times().returns(2);
    let mut other = order();
    other.items[1].quantity = 7;
    other.items.push(Item::default());
    other.labels.insert("b".into(), "X".into());
    other.labels.remove("d");
    other.by_day.insert(2, Item::default());
    other.payment = Some(Payment::Card(Card { number: "4242".into() }));
    other.signature[1] = 9;
    place.unary(within(250), other.clone()).await.unwrap_err();
    place.when_eq(order()).any_times().returns(3);
    other = Order { payment: Some(Payment::Cash(true)), note: Some("x".repeat(1000)), ..order() };
    place.unary(Context::new(), other).await.unwrap_err();
    let text = panic_of(|| drop(session));
    assert_text("nested", &text);
}

/// A message with maps, oneofs, lists and bytes in each other.
#[derive(Clone, Debug, Default, PartialEq)]
struct Shipment {
    stops: HashMap<String, Stop>,
    label: bytes::Bytes,
    image: Vec<u8>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Stop {
    parcels: Vec<Parcel>,
    by_hour: BTreeMap<i32, Order>,
}

#[derive(Clone, Debug, PartialEq)]
enum Parcel {
    Box(Box<Order>),
    Letter { grams: u32, seal: Vec<u8> },
}

const SHIP: Method = Method::unary("/order.v1.OrderService/Ship");

fn shipment() -> Shipment {
    let letter = Parcel::Letter { grams: 20, seal: vec![1, 2, 3] };
    let stop =
        || Stop { parcels: vec![Parcel::Box(Box::new(order())), letter.clone()], by_hour: [(9, order())].into() };
    let stops = ["bergen", "oslo", "voss"].map(|name| (name.to_owned(), stop())).into();
    Shipment { stops, label: "tea".into(), image: (0..=255).collect() }
}

/// Makes a call with `request` to a fake that expects another, and compares the failure.
async fn assert_difference(name: &str, expected: Shipment, request: Shipment) {
    let session = Session::new();
    let ship: Unary<Shipment, u32> = session.fake(SHIP);
    ship.when_eq(expected).any_times().returns(1);
    ship.unary(Context::new(), request).await.unwrap_err();
    assert_text(name, &panic_of(|| drop(session)));
}

#[tokio::test(start_paused = true)]
async fn differences_have_paths_through_maps_and_oneofs() {
    let mut other = shipment();
    let bergen = other.stops.get_mut("bergen").unwrap();
    let Some(Parcel::Box(order)) = bergen.parcels.first_mut() else { unreachable!() };
    order.items[1].quantity = 9;
    order.labels.insert("b".into(), "X".into());
    bergen.parcels[1] = Parcel::Letter { grams: 30, seal: vec![1, 2] };
    bergen.by_hour.get_mut(&9).unwrap().payment = Some(Payment::Cash(false));
    bergen.by_hour.insert(-1, Order::default());
    other.stops.remove("voss");
    assert_difference("maps_and_oneofs", shipment(), other).await;
}

#[tokio::test(start_paused = true)]
async fn differences_of_bytes_are_shortened() {
    let plain = Shipment { stops: HashMap::new(), ..shipment() };
    let image = plain.image.iter().map(|byte| byte ^ 1).collect();
    let other = Shipment { label: bytes::Bytes::from_static(b"te\x00\xff\""), image, ..plain.clone() };
    assert_difference("bytes", plain, other).await;
}

#[tokio::test(start_paused = true)]
async fn large_messages_are_shortened() {
    let large = |last: u32| {
        let item = |number| Item { product_id: format!("product {number}"), quantity: number };
        let items = (0..2000).map(item).chain([Item { product_id: "last".into(), quantity: last }]).collect();
        let labels = (0..500).map(|number| (format!("label {number:03}"), "x".repeat(50))).collect();
        let order = Order { items, labels, note: Some("ä".repeat(5000)), ..order() };
        let stop = Stop { by_hour: (0..3).map(|hour| (hour, order.clone())).collect(), ..Stop::default() };
        Shipment { stops: [("bergen".to_owned(), stop)].into(), ..Shipment::default() }
    };
    let mut other = large(2);
    other.stops.insert("voss".into(), large(1).stops.remove("bergen").unwrap());
    assert_difference("large", large(1), other).await;
}

#[tokio::test(start_paused = true)]
async fn a_matching_used_up_script_is_shown_first() {
    let session = Session::new();
    let check: Unary<Query, u32> = session.fake(CHECK_STOCK);
    check.when(|it| it.product == "a").returns(1);
    check.when_field("quantity", |it| &it.quantity, 3).any_times().returns(1);
    check.unary(Context::new(), query("a", 1)).await.unwrap();
    let cx = Context::new().with_metadata("x-tenant", "t1").unwrap();
    check.unary(cx, query("a", 1)).await.unwrap_err();
    assert_text("used_up", &panic_of(|| drop(session)));
}

#[tokio::test(start_paused = true)]
async fn unmet_expectations_of_a_dialogue_are_explained() {
    let session = Session::new();
    let assign: BidiStreaming<Word, Word> = session.named("north").fake(ASSIGN);
    for requests in [vec![Word::Decline], vec![], vec![Word::Accept, Word::More]] {
        assign.send(Word::Hello).expect(ms(200), |it| *it == Word::Accept).wait(ms(30)).expect_end(ms(500)).end();
        let responses = assign.bidi_streaming(Context::new(), Streaming::from_messages(requests)).await.unwrap();
        responses.collect().await.unwrap_err();
    }
    assert_text("dialogue", &panic_of(|| drop(session)));
}

#[tokio::test(start_paused = true)]
async fn scripts_that_were_cut_short_are_explained() {
    let session = Session::new();
    let watch: ServerStreaming<Query, u32> = session.fake(WATCH_STOCK);
    watch.send(1).send(2).wait(ms(1500)).end();
    watch.delay(ms(5000)).send(1).end();
    watch.times(2).returns([1]);
    watch.always([2]);
    watch.always([3]);
    let mut levels = watch.server_streaming(within(1000), query("a", 1)).await.unwrap();
    while levels.next().await.unwrap().is_ok() {}
    watch.server_streaming(within(1000), query("b", 1)).await.unwrap_err();
    drop(watch.server_streaming(Context::new(), query("c", 1)).await.unwrap());
    assert_text("cut_short", &panic_of(|| drop(session)));
}

#[tokio::test]
async fn a_wrong_number_of_calls_is_explained() {
    let fake: Unary<Order, u32> = Session::lenient().fake(PLACE);
    fake.always(1);
    for _ in 0..25 {
        fake.unary(Context::new(), Order { items: Vec::new(), ..order() }).await.unwrap();
    }
    assert_text("called", &panic_of(|| fake.called(3..=5)));
}
