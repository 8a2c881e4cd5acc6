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
