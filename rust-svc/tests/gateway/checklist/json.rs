//! J: JSON beyond the conformance suite of protobuf. Its cases are those of `tests/interop/json`.

use rust_svc::{
    json::{ParseOptions, PrintOptions, from_slice, to_vec},
    prost::Message,
    wkt::Any,
};

use crate::shop::{json::TYPES, pb::Everything};

fn options() -> (ParseOptions, PrintOptions) {
    let (mut parse, mut print) = (ParseOptions::default(), PrintOptions::default());
    parse.types.add(TYPES);
    print.types.add(TYPES);
    (parse, print)
}

/// Reads JSON and prints it. Messages also pass through protobuf.
fn reprint(json: &str) -> Result<String, String> {
    let (parse, print) = options();
    let message: Everything = from_slice(json.as_bytes(), &parse).map_err(|error| error.to_string())?;
    let message = Everything::decode(&*message.encode_to_vec()).expect("protobuf");
    Ok(String::from_utf8(to_vec(&message, &print).expect("printable")).expect("UTF-8"))
}

#[test]
fn json_is_read_and_printed() {
    for (rule, json, expected) in [
        ("J: 64 bits", r#"{"wide":9007199254740993}"#, Ok(r#"{"wide":"9007199254740993"}"#)),
        ("J: 64 bits", r#"{"wide":"9007199254740993"}"#, Ok(r#"{"wide":"9007199254740993"}"#)),
        ("J: 64 bits", r#"{"wideUnsigned":"18446744073709551616"}"#, Err("wide_unsigned: is out of range")),
        ("J: names", r#"{"small_unsigned":1}"#, Ok(r#"{"smallUnsigned":1}"#)),
        ("J: names", r#"{"smallunsigned":1}"#, Err("is not a field")),
        ("J: null", r#"{"small":null,"part":null,"texts":null,"labels":null}"#, Ok("{}")),
        ("J: null", r#"{"texts":[null]}"#, Err("texts[0]: must not be null")),
        ("J: null", r#"{"value":null,"values":[null]}"#, Ok(r#"{"value":null,"values":[null]}"#)),
        ("J: duplicates", r#"{"small":1,"small":1}"#, Err("small: is given more than once")),
        ("J: duplicates", r#"{"small":null,"small":1}"#, Err("small: is given more than once")),
        ("J: duplicates", r#"{"part":{},"part":{}}"#, Err("part: is given more than once")),
        ("J: unknown", r#"{"nothingOfThis":1}"#, Err("is not a field of the message")),
        ("J: surrogates", r#"{"text":"\udc00"}"#, Err("not valid JSON")),
        ("J: surrogates", r#"{"text":"\ud83d\ude00"}"#, Ok("{\"text\":\"\u{1f600}\"}")),
        ("J: numbers", r#"{"small":01}"#, Err("not valid JSON")),
        ("J: numbers", r#"{"small":+1}"#, Err("not valid JSON")),
        ("J: numbers", r#"{"double":.5}"#, Err("not valid JSON")),
        ("J: numbers", r#"{"double":1.}"#, Err("not valid JSON")),
        ("J: commas", r#"{"small":1,}"#, Err("not valid JSON")),
        ("J: commas", r#"{"texts":["a",]}"#, Err("not valid JSON")),
        ("J: control characters", "{\"text\":\"\n\"}", Err("not valid JSON")),
    ] {
        match expected {
            Ok(printed) => assert_eq!(reprint(json).as_deref(), Ok(printed), "{rule}: {json}"),
            Err(error) => {
                let found = reprint(json).expect_err(json);
                assert!(found.contains(error), "{rule}: {json}: {found}");
            }
        }
    }
}

/// An `Any` within an `Any`, of known and unknown types, keeps its bytes there and back.
#[test]
fn any_messages_within_each_other_keep_their_bytes() {
    for (rule, any) in [
        ("J: any", r#"{"@type":"t/shop.v1.Part","partId":"p"}"#),
        ("J: any", r#"{"@type":"t/google.protobuf.Any","value":{"@type":"t/shop.v1.Part","partId":"p"}}"#),
        ("J: any", r#"{"@type":"t/google.protobuf.Any","value":{"@type":"t/other.v1.Type","value":"CgFw"}}"#),
        ("J: any", r#"{"@type":"t/google.protobuf.Any","value":{}}"#),
        (
            "J: any",
            r#"{"@type":"t/google.protobuf.Any","value":{"@type":"t/google.protobuf.Any","value":{"@type":"t/google.protobuf.Duration","value":"1s"}}}"#,
        ),
        ("J: any", r#"{"@type":"t/shop.v1.Everything","any":{"@type":"t/shop.v1.Part","quantity":2}}"#),
        ("J: any", r#"{"@type":"t/shop.v1.Everything","any":{"@type":"t/other.v1.Type","value":"CgFw"}}"#),
        ("J: any", r#"{"@type":"t/google.protobuf.Struct","value":{"a":[{"@type":"not a type"}]}}"#),
        (
            "J: any",
            r#"{"@type":"t/google.rpc.Status","code":5,"message":"m","details":[{"@type":"t/other.v1.Type","value":"CgFw"}]}"#,
        ),
        ("J: unknown any", r#"{"@type":"t/other.v1.Type","value":"CgFw"}"#),
        ("J: unknown any", r#"{"@type":"t/other.v1.Type","value":""}"#),
        ("J: unknown any", r#"{"@type":"https://example.com/a/b/other.v1.Type","value":"/w=="}"#),
    ] {
        let json = format!(r#"{{"any":{any}}}"#);
        assert_eq!(reprint(&json).as_deref(), Ok(&*json), "{rule}");
    }
}

/// The bytes of a type that is unknown when they are printed can be sent back, and are the same.
#[test]
fn bytes_of_unknown_types_can_be_sent_back() {
    let (parse, print) = options();
    for value in [&b""[..], b"\x0a\x01p", b"\xff\x00\xff"] {
        for nested in [false, true] {
            let inner = Any { type_url: "t/other.v1.Type".into(), value: value.to_vec() };
            let outer = Any { type_url: "t/google.protobuf.Any".into(), value: inner.encode_to_vec() };
            let message = Everything { any: Some(if nested { outer } else { inner }), ..Everything::default() };
            let json = to_vec(&message, &print).expect("printable");
            let back: Everything = from_slice(&json, &parse).expect("readable");
            assert_eq!(back, message, "{}", String::from_utf8_lossy(&json));
        }
    }
}
