//! Conversions between plain types and messages, and constants from the options of methods.

use std::{collections::BTreeMap, time::Duration};

use rust_svc::{
    Enumeration as _, Idempotency, Json, Message, PolicyField, SignedDuration, Timestamp, prost::Message as _,
};

use crate::golden::{
    defaults::defaults::v1::{self as defaults, Preset},
    edition2023::ed::v1::{self as edition2023, Closed, Inner, Thing},
    fields::fields::v1::{Color, Demanding, Everything, Level, Part, demanding, everything, pb},
    policies::policies::v1::policy_service,
    proto2::legacy::{self, Legacy, Mode},
};

fn everything() -> Everything {
    let part = || Part { name: "wheel".into(), quantity: 4 };
    Everything {
        a_double: 1.5,
        an_int64: -7,
        text: "tea".into(),
        data: vec![0, 255],
        color: Some(Color::Red),
        level: Level::High,
        part: Some(part()),
        maybe_int32: Some(0),
        maybe_color: Some(Color::Unrecognized(0)),
        maybe_level: Some(Level::Low),
        numbers: vec![1, 2],
        colors: vec![Color::Green, Color::Unrecognized(9)],
        parts: vec![part()],
        times: vec![Timestamp::new(1, 2).expect("in range")],
        labels: BTreeMap::from([("a".into(), "b".into())]),
        parts_by_number: BTreeMap::from([(7, part())]),
        colors_by_flag: BTreeMap::from([(true, Color::Red)]),
        spans: BTreeMap::from([("s".into(), SignedDuration::new(-1, 0).expect("in range"))]),
        choice: Some(everything::Choice::Inner(Box::default())),
        time: Some(Timestamp::default()),
        any: Some(rust_svc::Any::pack(part())),
        object: Some(BTreeMap::from([("k".into(), Json::from(2.5))])),
        value: Some(Json::List(vec![Json::Null, Json::from("x")])),
        list: Some(vec![Json::from(true)]),
        empty: Some(()),
        wrapped_text: Some("w".into()),
        wrapped_flags: vec![true, false],
        values: BTreeMap::from([("v".into(), Json::Null)]),
        parent: Some(Box::default()),
        children: vec![Everything::default()],
        deeper: Some(Box::new(everything::nested::Deeper {
            kind: Some(everything::nested::deeper::Kind::Back(Box::default())),
        })),
        ..Everything::default()
    }
}

#[test]
fn plain_types_survive_a_round_trip() {
    let wire = everything().into_wire();
    let received = pb::Everything::decode(&*wire.encode_to_vec()).expect("its own encoding");
    assert_eq!(Everything::from_wire(received).expect("valid"), everything());
}

#[test]
fn all_violations_have_their_paths() {
    let wrong = pb::Everything {
        time: Some(rust_svc::wkt::Timestamp { seconds: i64::MAX, nanos: 0 }),
        times: vec![Default::default(), rust_svc::wkt::Timestamp { seconds: 0, nanos: -1 }],
        value: Some(rust_svc::wkt::Value { kind: Some(rust_svc::wkt::value::Kind::NumberValue(f64::NAN)) }),
        children: vec![pb::Everything {
            span: Some(rust_svc::wkt::Duration { seconds: 1, nanos: -1 }),
            ..Default::default()
        }],
        ..Default::default()
    };
    let violations = Everything::from_wire(wrong).expect_err("wrong").into_vec();
    let fields: Vec<_> = violations.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(fields, ["times[1]", "time", "value", "children[0].span"]);
}

#[test]
fn required_fields_are_required() {
    let violations = Demanding::from_wire(pb::Demanding::default()).expect_err("empty").into_vec();
    let fields: Vec<_> = violations.iter().map(|violation| violation.field.as_str()).collect();
    let required = [
        "name",
        "data",
        "number",
        "part",
        "parts",
        "texts",
        "by_name",
        "counts",
        "color",
        "colors",
        "time",
        "wrapped",
        "maybe_color",
        "wire",
        "violations",
    ];
    assert_eq!(fields, required);
    assert!(violations.iter().all(|violation| violation.description == "is required"));
}

#[test]
#[expect(deprecated, reason = "a value of the type has all of its fields")]
fn secrets_are_redacted_in_debug() {
    let part = Part::default();
    let demanding = Demanding {
        name: "shown".into(),
        data: vec![1],
        number: 1,
        part: part.clone(),
        parts: vec![],
        texts: vec![],
        by_name: BTreeMap::new(),
        counts: BTreeMap::new(),
        color: Color::Red,
        colors: vec![],
        time: Timestamp::default(),
        wrapped: String::new(),
        level: Level::Low,
        maybe_color: Color::Green,
        again: None,
        secret: "hunter2".into(),
        way: Some(demanding::Way::ByText("hunter2".into())),
        old: String::new(),
        wire: part.clone(),
        violations: part,
    };
    let text = format!("{demanding:?}");
    assert!(text.contains("shown") && !text.contains("hunter2"), "{text}");
}

#[test]
fn enums_keep_unknown_numbers() {
    assert_eq!(Color::from_number(0), None);
    assert_eq!(Color::from(9).number(), 9);
    assert_eq!((Level::TOP, Level::default()), (Level::High, Level::Low));
    assert_eq!(Mode::from_number(9), None);
}

#[test]
fn proto2_has_required_fields_and_closed_enums() {
    let wire = legacy::pb::Legacy { mode: 9, ..Default::default() };
    let violations = Legacy::from_wire(wire).expect_err("an unknown mode").into_vec();
    assert_eq!(violations[0].field, "mode");
    let wire = legacy::pb::Legacy { mode: 1, modes: vec![1, 9, 2], maybe_mode: Some(9), ..Default::default() };
    let read = Legacy::from_wire(wire).expect("valid");
    assert_eq!((read.mode, read.modes, read.maybe_mode), (Mode::Slow, vec![Mode::Slow, Mode::Fast], None));
}

/// The functions have the behaviour of those of prost.
#[test]
fn absent_fields_have_their_defaults() {
    let (absent, wire) = (Preset::default(), defaults::pb::Preset::default());
    assert_eq!((absent.huge_or_default(), absent.deep_or_default()), (f64::INFINITY, f64::NEG_INFINITY));
    assert!(absent.odd_or_default().is_nan());
    assert_eq!((absent.ratio_or_default(), absent.tiny_or_default()), (wire.ratio(), 0.25));
    assert_eq!((absent.large_or_default(), absent.small_or_default()), (wire.large(), 1.5e-7));
    assert_eq!((absent.exact_or_default(), absent.largest_or_default()), (wire.exact(), f32::MAX));
    assert_eq!((absent.beyond_or_default(), absent.rounded_or_default()), (f32::INFINITY, wire.rounded()));
    assert_eq!((absent.count_or_default(), absent.least_or_default()), (-7, i64::MIN));
    assert_eq!((absent.most_or_default(), absent.on_or_default()), (u64::MAX, true));
    assert_eq!((absent.name_or_default(), absent.type_or_default()), ("tea", ""));
    assert_eq!((absent.wild_or_default(), absent.data_or_default()), (wire.wild(), wire.data()));
    assert_eq!(absent.data_or_default(), b"\0\xff'\"\\n");
    assert_eq!((absent.mode_or_default(), absent.alias_or_default()), (defaults::Mode::Fast, defaults::Mode::Fast));
    assert_eq!(absent.kind_or_default(), defaults::preset::inner::Kind::Second);
    let there = Preset { count: Some(1), name: Some("coffee".into()), ..Preset::default() };
    assert_eq!((there.count_or_default(), there.name_or_default()), (1, "coffee"));
    let preset = edition2023::Preset::default();
    assert_eq!((preset.name_or_default(), preset.open_or_default()), ("tea", edition2023::Open::A));
}

#[test]
fn editions_encode_fields_by_their_features() {
    let thing = Thing {
        explicit: Some(String::new()),
        needed: 7,
        packed: vec![1, 2],
        expanded: vec![1, 2],
        group_like: Some(Inner { s: "x".into() }),
        closed: Some(Closed::B),
        ..Thing::default()
    };
    let bytes = thing.clone().into_wire().encode_to_vec();
    // Field and wire type: 2 with its empty text, 3, 4 as one field, 5 twice, 6 as a group, 9.
    let expected = [0x12, 0, 0x18, 7, 0x22, 2, 1, 2, 0x28, 1, 0x28, 2, 0x33, 0x0a, 1, b'x', 0x34, 0x48, 2];
    assert_eq!(bytes, expected);
    let received = edition2023::pb::Thing::decode(&*bytes).expect("its own encoding");
    assert_eq!(Thing::from_wire(received).expect("valid"), thing);
}

#[test]
fn options_of_methods_are_constants() {
    let create = policy_service::CREATE;
    assert_eq!(create.timeout, Some(Duration::from_millis(1500)));
    assert_eq!(create.idempotency, Idempotency::Idempotent);
    let retry = create.retry.expect("declared");
    assert_eq!((retry.max_attempts, retry.initial_backoff), (3, Duration::from_millis(50)));
    assert!(retry.covers(rust_svc::Code::DeadlineExceeded) && !retry.covers(rust_svc::Code::Aborted));
    let breaker = create.breaker.expect("declared");
    assert_eq!((breaker.min_calls, breaker.failure_percent, breaker.probes), (10, 25, 1));

    let plain = policy_service::PLAIN;
    assert_eq!(plain.timeout, Some(Duration::from_secs(2)));
    assert_eq!(plain.retry.map(|retry| retry.max_attempts), Some(4));
    assert_eq!(policy_service::READ.idempotency, Idempotency::NoSideEffects);
    assert!(policy_service::WATCH.breaker.is_none());
}

#[tokio::test]
async fn defaults_of_a_service_lift_no_idempotency_gate() {
    let client = rust_svc::Client::new("http://127.0.0.1:50051").expect("an address");
    let retries = |method| client.policy(&method).values()[PolicyField::Repetition as usize].value.clone();
    assert!(retries(policy_service::PLAIN).starts_with("4 attempts on UNAVAILABLE after"));
    assert!(retries(policy_service::READ).starts_with("4 attempts on ABORTED, UNAVAILABLE after"));
}
