//! The rules of `buf.validate` are checked once, by gRPC and by HTTP alike.

use std::{collections::BTreeMap, sync::Arc};

use rust_svc::{
    Code, Context, Error, Message as _, Result, Rules, Streaming, Violations, async_trait,
    prost::Message as _,
    wkt::{FileDescriptorProto, FileDescriptorSet},
};

use crate::{
    edges::{post, remote},
    golden::rules::{
        FILE_DESCRIPTOR_SET,
        rules::v1::{
            Broken, Card, Cart, CartService, CartServiceClient, Functions, Item, cart, cart_service_adapter,
            cart_service_gateway, pb,
        },
    },
};

/// Returns its requests.
struct Echo;

#[async_trait]
impl CartService for Echo {
    async fn place_cart(&self, _: Context, request: Cart) -> Result<Cart> {
        Ok(request)
    }

    async fn place_carts(&self, _: Context, request: Streaming<Cart>) -> Result<Streaming<Cart>> {
        Ok(request)
    }

    async fn check_broken(&self, _: Context, _: Broken) -> Result<Cart> {
        Ok(good())
    }

    async fn check_functions(&self, _: Context, _: Functions) -> Result<Cart> {
        Ok(good())
    }
}

fn item(sku: &str, price: i32) -> Item {
    Item { sku: sku.into(), price }
}

/// A cart that satisfies every rule.
fn good() -> Cart {
    Cart {
        title: "Groceries".into(),
        owner: "Olga".into(),
        items: vec![item("tea", 4), item("milk", 2)],
        total: 6,
        payment: Some(cart::Payment::Voucher("free".into())),
        legacy: "short".into(),
        ..Cart::default()
    }
}

/// A cart that breaks rules of each kind, and the expected violations.
fn wrong() -> (Cart, Vec<(&'static str, &'static str)>) {
    let cart = Cart {
        title: String::new(),
        owner: String::new(),
        items: vec![item("tea", 4), item("x", -3)],
        extras: BTreeMap::from([("a".into(), item("saffron-and-more", 2))]),
        payment: Some(cart::Payment::Card(Card { number: "1".into() })),
        tags: vec!["a".into(), String::new(), "a".into()],
        email: "nobody".into(),
        previous: Some(Box::new(Cart { payment: None, ..good() })),
        ..Cart::default()
    };
    let said = vec![
        ("", "CART_TOTAL"),
        ("items[1].sku", "STRING_MIN_LEN"),
        ("items[1].price", "INT32_GTE"),
        ("items[1].price", "PRICE_EVEN"),
        ("extras[\"a\"]", "STRING_MIN_LEN"),
        ("extras[\"a\"].sku", "STRING_MAX_LEN"),
        ("card.number", "STRING_MIN_LEN"),
        ("tags", "REPEATED_UNIQUE"),
        ("tags[1]", "STRING_MIN_LEN"),
        ("email", "STRING_EMAIL"),
        ("previous.payment", "REQUIRED"),
        ("owner", "REQUIRED"),
        ("title", "REQUIRED"),
    ];
    (cart, said)
}

/// The path and the reason of each violation, sorted.
fn reported(error: &Error) -> Vec<(String, String)> {
    assert_eq!(error.code(), Code::InvalidArgument, "{error}");
    let violations = error.violations().iter();
    let mut reported: Vec<_> =
        violations.map(|violation| (violation.field.clone(), violation.reason.clone())).collect();
    reported.sort();
    reported
}

fn sorted(said: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut said: Vec<_> = said.iter().map(|(field, reason)| ((*field).to_owned(), (*reason).to_owned())).collect();
    said.sort();
    said
}

#[tokio::test]
async fn all_violated_rules_are_reported_over_grpc_and_http() {
    let client = CartServiceClient(remote(cart_service_adapter(Arc::new(Echo))).await);
    let (wrong, said) = wrong();
    let error = client.place_cart(Context::new(), wrong.clone()).await.expect_err("wrong");
    assert_eq!(reported(&error), sorted(&said));
    let of_all = error.violations().iter().find(|violation| violation.field.is_empty()).expect("that of the cart");
    assert_eq!(of_all.description, "no item costs more than the total");
    for value in ["saffron", "nobody", "-3"] {
        assert!(!format!("{error:?}").contains(value), "{value} is repeated: {error:?}");
    }

    let several = Streaming::from_messages([good(), wrong]);
    let mut answers = client.place_carts(Context::new(), several).await.expect("a stream");
    assert_eq!(answers.next().await.expect("the first").expect("good"), good());
    let error = answers.next().await.expect("the second").expect_err("wrong");
    assert_eq!(reported(&error), sorted(&said));

    let json = r#"{"items": [{"sku": "tea", "price": 4}, {"sku": "x", "price": -3}],
        "extras": {"a": {"sku": "saffron-and-more", "price": 2}}, "card": {"number": "1"}, "tags": ["a", "", "a"],
        "email": "nobody", "previous": {"title": "t", "owner": "o"}}"#;
    let answer = post(cart_service_gateway(Arc::new(Echo)), "/v1/carts", json).await;
    let mut fields = answer.fields();
    fields.sort();
    let expected: Vec<_> =
        sorted(&said).into_iter().map(|(field, _)| field).filter(|field| !field.is_empty()).collect();
    assert_eq!((answer.status, fields), (400, expected), "{}", answer.body);
    assert!(answer.body.contains("\"reason\":\"CART_TOTAL\""), "{}", answer.body);
    let lines = format!("{}\n", json.replace('\n', ""));
    let answer = post(cart_service_gateway(Arc::new(Echo)), "/v1/carts:place", &lines).await;
    assert_eq!((answer.status, answer.fields().len()), (400, said.len() - 1), "{}", answer.body);
}

#[tokio::test]
async fn valid_requests_pass_and_responses_are_not_validated() {
    let client = CartServiceClient(remote(cart_service_adapter(Arc::new(Echo))).await);
    let set = Cart { etag: "ignored".into(), ..good() };
    assert_eq!(client.place_cart(Context::new(), set).await.expect("good"), good());
    let kept = Cart::default().into_wire();
    assert!(Cart::from_response(kept).is_ok());
}

#[tokio::test]
async fn a_rule_that_cannot_be_evaluated_fails_the_call() {
    let client = CartServiceClient(remote(cart_service_adapter(Arc::new(Echo))).await);
    let error = client.check_broken(Context::new(), Broken::default()).await.expect_err("an invalid rule");
    assert_eq!((error.code(), error.message()), (Code::Internal, "internal error"));
    let mut violations = Violations::of_request();
    Rules::of(b"no descriptors").check("rules.v1.Cart", &pb::Cart::default(), &mut violations);
    assert!(!violations.is_empty());
    let mut violations = Violations::of_request();
    Rules::of(FILE_DESCRIPTOR_SET).check("rules.v1.Unknown", &pb::Cart::default(), &mut violations);
    assert_eq!(Error::from(violations).code(), Code::Internal);
}

/// `golden.rs` checks that no lint reports them.
#[tokio::test]
async fn functions_without_a_lint_are_supported() {
    let client = CartServiceClient(remote(cart_service_adapter(Arc::new(Echo))).await);
    let said = Functions::from_request(pb::Functions::default()).map_err(Violations::into_vec);
    assert_eq!(said, Ok(Functions::default()));
    client.check_functions(Context::new(), Functions::default()).await.expect("each rule is true");
}

/// Descriptors with the rules three imports away.
fn far_away() -> &'static [u8] {
    let import = |name: &str, public: &str| FileDescriptorProto {
        name: Some(name.into()),
        dependency: vec![public.into()],
        public_dependency: vec![0],
        ..Default::default()
    };
    let (rules, near) = ("buf/validate/validate.proto", "buf/validate/validate.first");
    let files = vec![import(near, "second.proto"), import("second.proto", "third.proto"), import("third.proto", rules)];
    let imported = |name: &str| format!("\u{1a}\u{1b}{name}").into_bytes();
    let (imported, renamed) = (imported(rules), imported(near));
    let mut descriptors = FILE_DESCRIPTOR_SET.to_vec();
    let starts: Vec<_> = (0..descriptors.len()).filter(|start| descriptors[*start..].starts_with(&imported)).collect();
    assert!(!starts.is_empty(), "a file with rules imports them");
    starts.into_iter().for_each(|start| descriptors[start..start + renamed.len()].copy_from_slice(&renamed));
    descriptors.extend(FileDescriptorSet { file: files }.encode_to_vec());
    descriptors.leak()
}

#[test]
fn rules_of_transitive_imports_apply() {
    let mut violations = Violations::of_request();
    Rules::of(far_away()).check("rules.v1.Card", &pb::Card::default(), &mut violations);
    assert_eq!(reported(&violations.into()), sorted(&[("number", "STRING_MIN_LEN")]));
}

/// The cost of a malicious request is bounded.
#[test]
fn violations_of_a_large_request_are_bounded() {
    let items = |count: usize| pb::Cart {
        items: vec![pb::Item::default(); count],
        payment: Some(pb::cart::Payment::Voucher("free".into())),
        ..Default::default()
    };
    let reported = |cart: pb::Cart| Cart::from_request(cart).expect_err("wrong").into_vec();
    assert_eq!(reported(items(1000)).len(), Violations::LIMIT);
    let large = items(Rules::LIMIT);
    assert!(large.encoded_len() > Rules::LIMIT);
    let fields: Vec<_> = reported(large).into_iter().map(|violation| violation.field).collect();
    assert_eq!(fields.len(), 3, "one by the rules, and the two that are required: {fields:?}");
}
