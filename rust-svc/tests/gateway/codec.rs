//! Messages as JSON, both ways.

use rust_svc::{
    Message,
    json::{ParseOptions, PrintOptions, from_slice, to_vec},
    prost::Message as _,
    rpc, wkt,
};

use crate::shop::{
    json::TYPES,
    pb::{Everything, Legacy, Part, everything::Choice},
};

fn parse() -> ParseOptions {
    let mut parse = ParseOptions::default();
    parse.types.add(TYPES);
    parse
}

fn print() -> PrintOptions {
    let mut print = PrintOptions::default();
    print.types.add(TYPES);
    print
}

fn read(json: &str) -> Result<Everything, String> {
    from_slice(json.as_bytes(), &parse()).map_err(|error| error.to_string())
}

fn write(message: &Everything, print: &PrintOptions) -> String {
    String::from_utf8(to_vec(message, print).expect("printable")).expect("UTF-8")
}

/// Parses JSON and prints it again.
fn reprint(json: &str) -> String {
    let message = read(json).unwrap_or_else(|error| panic!("{json}: {error}"));
    let encoded = Everything::decode(&*message.encode_to_vec()).expect("protobuf");
    let printed = write(&message, &print());
    assert_eq!(write(&encoded, &print()), printed);
    printed
}

#[test]
fn canonical_json_survives_parsing_and_printing() {
    for json in [
        "{}",
        r#"{"small":-2147483648,"wide":"-9223372036854775808","smallUnsigned":4294967295}"#,
        r#"{"wideUnsigned":"18446744073709551615","zigzag":-1,"fixed":"7"}"#,
        r#"{"single":1.5,"double":-0.1}"#,
        r#"{"single":3.4028235e38,"double":1.7976931348623157e308}"#,
        r#"{"single":"NaN","double":"Infinity"}"#,
        r#"{"double":"-Infinity"}"#,
        r#"{"double":5e-324}"#,
        r#"{"flag":true,"text":"\"\\\n\u0001é😀","data":"+/8="}"#,
        r#"{"color":"COLOR_GREEN"}"#,
        r#"{"color":77}"#,
        r#"{"maybeSmall":0,"maybeText":"","maybeColor":"COLOR_UNSPECIFIED"}"#,
        r#"{"part":{"partId":"p","quantity":2}}"#,
        r#"{"part":{}}"#,
        r#"{"parent":{"parent":{"text":"x"}}}"#,
        r#"{"numbers":["1","2"],"texts":["","a"],"chunks":["AA==",""],"colors":["COLOR_RED",9]}"#,
        r#"{"parts":[{"partId":"a"},{}]}"#,
        r#"{"labels":{"":"empty","a":"1","b\"":"2"}}"#,
        r#"{"partsByNumber":{"-1":{},"10":{"quantity":1}},"colorsByFlag":{"false":"COLOR_RED","true":5}}"#,
        r#"{"weights":{"18446744073709551615":0.5}}"#,
        r#"{"time":"2026-02-28T09:30:00.500Z","span":"-1.500s","mask":"a,fooBar.bazQux"}"#,
        r#"{"object":{"a":null,"b":[1,"x",true,{}]},"value":null,"list":[null,[]]}"#,
        r#"{"value":{"a":1}}"#,
        r#"{"any":{"@type":"type.googleapis.com/shop.v1.Part","partId":"p"}}"#,
        r#"{"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}}"#,
        r#"{"any":{"@type":"a/google.protobuf.Any","value":{"@type":"b/google.rpc.RetryInfo","retryDelay":"2s"}}}"#,
        r#"{"any":{"@type":"type.googleapis.com/google.protobuf.Empty","value":{}}}"#,
        r#"{"any":{"@type":"type.googleapis.com/google.protobuf.Int64Value","value":"5"}}"#,
        r#"{"any":{"@type":"x/y.Z","value":"AQ=="}}"#,
        r#"{"any":{"@type":"x/y.Z","value":""}}"#,
        r#"{"any":{}}"#,
        r#"{"empty":{},"wrappedWide":"0","wrappedData":""}"#,
        r#"{"times":["1970-01-01T00:00:00Z"],"values":[null,1],"valuesByName":{"a":null}}"#,
        r#"{"number":0}"#,
        r#"{"piece":{}}"#,
        r#"{"deep":{"small":1}}"#,
        r#"{"paint":"COLOR_UNSPECIFIED"}"#,
        r#"{"since":"1970-01-01T00:00:00Z"}"#,
        r#"{"nil":null}"#,
    ] {
        assert_eq!(reprint(json), json);
    }
}

#[test]
fn other_spellings_of_a_value_are_accepted() {
    for (json, canonical) in [
        (r#" { "small_unsigned" : 1 } "#, r#"{"smallUnsigned":1}"#),
        (r#"{"wide":5}"#, r#"{"wide":"5"}"#),
        (r#"{"wide":4.2e1}"#, r#"{"wide":"42"}"#),
        (r#"{"wide":"4.2e1"}"#, r#"{"wide":"42"}"#),
        (r#"{"small":"7"}"#, r#"{"small":7}"#),
        (r#"{"small":3.0}"#, r#"{"small":3}"#),
        (r#"{"color":2}"#, r#"{"color":"COLOR_GREEN"}"#),
        (r#"{"color":"COLOR_CRIMSON"}"#, r#"{"color":"COLOR_RED"}"#),
        (r#"{"small":null,"numbers":null,"part":null,"labels":null,"maybeSmall":null,"time":null}"#, "{}"),
        (r#"{"color":null,"colors":null,"wrappedWide":null,"nothing":null,"number":null,"piece":null}"#, "{}"),
        (r#"{"number":null,"piece":{}}"#, r#"{"piece":{}}"#),
        (r#"{"piece":{},"number":null}"#, r#"{"piece":{}}"#),
        (r#"{"double":"1.5"}"#, r#"{"double":1.5}"#),
        (r#"{"double":1e2}"#, r#"{"double":100}"#),
        (r#"{"data":"-_8"}"#, r#"{"data":"+/8="}"#),
        (r#"{"data":"-_8="}"#, r#"{"data":"+/8="}"#),
        (r#"{"data":"+/8"}"#, r#"{"data":"+/8="}"#),
        (r#"{"time":"2026-02-28T09:30:00+02:00"}"#, r#"{"time":"2026-02-28T07:30:00Z"}"#),
        (r#"{"span":"1.5s"}"#, r#"{"span":"1.500s"}"#),
        (r#"{"text":"\ud83d\ude00\/"}"#, r#"{"text":"😀/"}"#),
        (r#"{"nil":"NULL_VALUE"}"#, r#"{"nil":null}"#),
        (r#"{"mask":""}"#, r#"{"mask":""}"#),
        (
            r#"{"any":{"partId":"p","@type":"type.googleapis.com/shop.v1.Part"}}"#,
            r#"{"any":{"@type":"type.googleapis.com/shop.v1.Part","partId":"p"}}"#,
        ),
        (
            r#"{"any":{"value": {"value":{"value":"1s","@type":"c/google.protobuf.Duration"}, "@type":"b/google.protobuf.Any"},"@type":"a/google.protobuf.Any"}}"#,
            r#"{"any":{"@type":"a/google.protobuf.Any","value":{"@type":"b/google.protobuf.Any","value":{"@type":"c/google.protobuf.Duration","value":"1s"}}}}"#,
        ),
        (
            r#"{"any":{"value":"1s","@type":"type.googleapis.com/google.protobuf.Duration"}}"#,
            r#"{"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}}"#,
        ),
    ] {
        assert_eq!(reprint(json), canonical, "{json}");
    }
}

#[test]
fn errors_name_the_field() {
    for (json, error) in [
        (r#"{"colour":1}"#, "colour: is not a field of the message"),
        (r#"{"part":{"colour":1}}"#, "part.colour: is not a field"),
        (r#"{"color":"PINK"}"#, "color: must be a name of its enum"),
        (r#"{"color":1.5}"#, "color: must be a name of its enum"),
        (r#"{"small":2147483648}"#, "small: is out of range"),
        (r#"{"small":1.5}"#, "small: has a fraction"),
        (r#"{"small":true}"#, "small: must be a number"),
        (r#"{"small":"x"}"#, "small: must be a whole number"),
        (r#"{"small":" 1"}"#, "small: must be a whole number"),
        (r#"{"small":""}"#, "small: must be a whole number"),
        (r#"{"smallUnsigned":-1}"#, "small_unsigned: is out of range"),
        (r#"{"wideUnsigned":18446744073709551616}"#, "wide_unsigned: is out of range"),
        (r#"{"wide":1e999999}"#, "wide: is out of range"),
        (r#"{"single":3.5e38}"#, "single: is out of range"),
        (r#"{"double":1e999}"#, "double: is out of range"),
        (r#"{"double":"nan"}"#, "double: must be a number"),
        (r#"{"double":"inf"}"#, "double: must be a number"),
        (r#"{"double":NaN}"#, "not valid JSON"),
        (r#"{"flag":"true"}"#, "flag: must be true or false"),
        (r#"{"flag":1}"#, "flag: must be true or false"),
        (r#"{"text":1}"#, "text: must be a string"),
        (r#"{"text":"\ud800"}"#, "not valid JSON"),
        (r#"{"data":"!"}"#, "data: must be base64"),
        (r#"{"part":[]}"#, "part: must be an object"),
        (r#"{"parts":{}}"#, "parts: must be an array"),
        (r#"{"parts":[{},{"quantity":"x"}]}"#, "parts[1].quantity: must be a whole number"),
        (r#"{"numbers":[null]}"#, "numbers[0]: must not be null"),
        (r#"{"parts":[null]}"#, "parts[0]: must not be null"),
        (r#"{"labels":{"a":null}}"#, "labels[a]: must not be null"),
        (r#"{"labels":{"a":"1","a":"2"}}"#, "labels[a]: is given more than once"),
        (r#"{"partsByNumber":{"x":{}}}"#, "parts_by_number[x]: is not a key"),
        (r#"{"partsByNumber":{"1":{"quantity":[]}}}"#, "parts_by_number[1].quantity: must be a number"),
        (r#"{"colorsByFlag":{"yes":1}}"#, "colors_by_flag[yes]: is not a key"),
        (r#"{"small":1,"small":1}"#, "small: is given more than once"),
        (r#"{"smallUnsigned":1,"small_unsigned":1}"#, "small_unsigned: is given more than once"),
        (r#"{"number":1,"piece":{}}"#, "piece: is set beside another member of its oneof"),
        (r#"{"number":1,"nil":null}"#, "nil: is set beside another member of its oneof"),
        (r#"{"time":"2026-13-01T00:00:00Z"}"#, "time: must be a time"),
        (r#"{"time":"10000-01-01T00:00:00Z"}"#, "time: must be a time"),
        (r#"{"times":["x"]}"#, "times[0]: must be a time"),
        (r#"{"span":"1"}"#, "span: must be a duration"),
        (r#"{"span":"315576000001s"}"#, "span: must be a duration"),
        (r#"{"mask":"a_b"}"#, "mask: must be paths"),
        (r#"{"mask":"a,,b"}"#, "mask: must be paths"),
        (r#"{"object":[]}"#, "object: must be an object"),
        (r#"{"object":{"a":1,"a":2}}"#, "object.a: is given more than once"),
        (r#"{"value":1e999}"#, "value: is out of range"),
        (r#"{"any":{"partId":"p"}}"#, "any.@type: is required"),
        (r#"{"any":{"@type":"shop.v1.Part"}}"#, "any.@type: is not a type"),
        (r#"{"any":{"@type":"x/y.Z"}}"#, "any.@type: is not a type"),
        (r#"{"any":{"@type":"x/y.Z","value":"!"}}"#, "any.@type: is not a type"),
        (r#"{"any":{"@type":"x/y.Z","value":{}}}"#, "any.@type: is not a type"),
        (r#"{"any":{"@type":"x/y.Z","value":"","a":1}}"#, "any.@type: is not a type"),
        (r#"{"any":{"value":"AQ==","@type":"y.Z"}}"#, "any.@type: is not a type"),
        (
            r#"{"any":{"value":"1s","@type":"x/google.protobuf.Duration","@type":"x/y.Z"}}"#,
            "any.@type: is given more than once",
        ),
        (r#"{"any":{"@type":"x/shop.v1.Part","a":{"@type":"x/y.Z"}}}"#, "any.a: is not a field"),
        (r#"{"any":{"@type":1}}"#, "any.@type: must be a string"),
        (r#"{"any":{"@type":"x/shop.v1.Part","quantity":"x"}}"#, "any.quantity: must be a whole number"),
        (r#"{"any":{"@type":"x/shop.v1.Part","@type":"x/shop.v1.Part"}}"#, "any.@type: is given more than once"),
        (r#"{"nothing":1}"#, "nothing: must be null"),
        (r#"{} x"#, "not valid JSON"),
        (r#"{}{}"#, "not valid JSON"),
        ("", "not valid JSON"),
        ("[]", "must be an object"),
        ("\u{feff}{}", "byte order mark"),
    ] {
        let found = read(json).expect_err(json);
        assert!(found.contains(error), "{json}: {found}");
    }
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| format!("{}{}", r#"{"parent":"#.repeat(depth) + "{}", "}".repeat(depth));
    assert!(read(&nested(99)).is_ok());
    assert!(read(&nested(100)).expect_err("too deep").contains("nested too deeply"));
    let list = format!(r#"{{"value":{}{}}}"#, "[".repeat(5_000), "]".repeat(5_000));
    assert!(read(&list).expect_err("too deep").contains("nested too deeply"));
    let packed = r#"{"@type":"x/google.protobuf.Any","value":"#.repeat(200) + "{}" + &"}".repeat(200);
    assert!(read(&format!(r#"{{"any":{packed}}}"#)).is_err());
}

#[test]
fn unknown_fields_can_be_ignored() {
    let mut parse = parse();
    parse.ignore_unknown = true;
    let json =
        br#"{"x":[{"y":1}],"small":1,"color":"PINK","colors":["PINK","COLOR_RED"],"colorsByFlag":{"true":"PINK"}}"#;
    let message: Everything = from_slice(json, &parse).expect("unknown names are ignored");
    assert_eq!(message, Everything { small: 1, colors: vec![1], ..Everything::default() });
}

#[test]
fn enum_names_may_be_lenient() {
    let mut parse = parse();
    for (json, expected) in [
        (r#"{"color":"COLOR_RED"}"#, Some(1)),
        (r#"{"color":"color_red"}"#, Some(1)),
        (r#"{"color":"RED"}"#, Some(1)),
        (r#"{"color":"green"}"#, Some(2)),
        (r#"{"color":"OLOR_RED"}"#, None),
        (r#"{"color":""}"#, None),
    ] {
        parse.lenient_enums = true;
        let found = from_slice::<Everything>(json.as_bytes(), &parse).ok().map(|message| message.color);
        assert_eq!(found, expected, "{json}");
        parse.lenient_enums = false;
        let is_exact = json.contains("COLOR_RED");
        assert_eq!(from_slice::<Everything>(json.as_bytes(), &parse).is_ok(), is_exact, "{json}");
    }
}

/// All details of google.rpc have JSON of their own, also those that the runtime does not use.
#[test]
fn details_of_google_rpc_survive_parsing_and_printing() {
    for json in [
        r#"{"@type":"t/google.rpc.QuotaFailure","violations":[{"subject":"s","description":"d","quotaId":"q"}]}"#,
        r#"{"@type":"t/google.rpc.PreconditionFailure","violations":[{"type":"TOS","subject":"s"}]}"#,
        r#"{"@type":"t/google.rpc.RequestInfo","requestId":"r","servingData":"s"}"#,
        r#"{"@type":"t/google.rpc.ResourceInfo","resourceType":"t","resourceName":"n","owner":"o"}"#,
        r#"{"@type":"t/google.rpc.Help","links":[{"description":"d","url":"u"}]}"#,
        r#"{"@type":"t/google.rpc.LocalizedMessage","locale":"de","message":"m"}"#,
        r#"{"@type":"t/google.rpc.ErrorInfo","reason":"R","domain":"d","metadata":{"a":"b"}}"#,
    ] {
        let json = format!(r#"{{"any":{json}}}"#);
        assert_eq!(reprint(&json), json);
    }
}

#[test]
fn print_options_change_the_output() {
    let message =
        Everything { small_unsigned: 1, wide: 5, color: 2, choice: Some(Choice::Paint(1)), ..Everything::default() };
    let print_with = |change: fn(&mut PrintOptions)| {
        let mut print = PrintOptions::default();
        change(&mut print);
        write(&message, &print)
    };
    assert_eq!(print_with(|_| ()), r#"{"wide":"5","smallUnsigned":1,"color":"COLOR_GREEN","paint":"COLOR_RED"}"#);
    assert_eq!(
        print_with(|print| print.proto_names = true),
        r#"{"wide":"5","small_unsigned":1,"color":"COLOR_GREEN","paint":"COLOR_RED"}"#
    );
    assert_eq!(print_with(|print| print.enum_numbers = true), r#"{"wide":"5","smallUnsigned":1,"color":2,"paint":1}"#);
    assert!(print_with(|print| print.int64_numbers = true).starts_with(r#"{"wide":5,"#));
    let defaults = print_with(|print| print.defaults = true);
    for field in [r#""small":0"#, r#""text":"""#, r#""part":null"#, r#""numbers":[]"#, r#""labels":{}"#, r#""data":"""#]
    {
        assert!(defaults.contains(field), "{field} in {defaults}");
    }
    for field in [r#""maybeSmall""#, r#""number""#, r#""piece""#, r#""wrappedWide""#, r#""value""#] {
        assert!(!defaults.contains(field), "{field} in {defaults}");
    }
}

#[test]
fn values_without_json_fail_to_print() {
    for (message, error) in [
        (Everything { time: Some(wkt::Timestamp { seconds: i64::MAX, nanos: 0 }), ..Default::default() }, "timestamp"),
        (Everything { span: Some(wkt::Duration { seconds: i64::MAX, nanos: 0 }), ..Default::default() }, "duration"),
        (
            Everything { mask: Some(wkt::FieldMask { paths: vec!["fooBar".into()] }), ..Default::default() },
            "field mask",
        ),
        (Everything { mask: Some(wkt::FieldMask { paths: vec!["a__b".into()] }), ..Default::default() }, "field mask"),
        (
            Everything {
                value: Some(wkt::Value { kind: Some(wkt::value::Kind::NumberValue(f64::NAN)) }),
                ..Default::default()
            },
            "finite",
        ),
    ] {
        let found = to_vec(&message, &print()).expect_err(error);
        assert!(found.to_string().contains(error), "{found}");
    }
}

#[test]
fn packed_bytes_that_cannot_be_decoded_are_printed_as_base64() {
    let broken = |type_url: &str, value: &[u8]| Everything {
        any: Some(wkt::Any { type_url: type_url.into(), value: value.to_vec() }),
        ..Everything::default()
    };
    assert_eq!(write(&broken("x/y.Z", b"\x01"), &print()), r#"{"any":{"@type":"x/y.Z","value":"AQ=="}}"#);
    assert_eq!(
        write(&broken("x/shop.v1.Part", b"\xff"), &print()),
        r#"{"any":{"@type":"x/shop.v1.Part","value":"/w=="}}"#
    );
    let late = wkt::Timestamp { seconds: i64::MAX, nanos: 0 }.encode_to_vec();
    let json = write(&broken("x/google.protobuf.Timestamp", &late), &print());
    assert_eq!(json, r#"{"any":{"@type":"x/google.protobuf.Timestamp","value":"CP//////////fw=="}}"#);
}

#[test]
fn negative_zero_is_printed() {
    assert_eq!(write(&read(r#"{"double":-0.0}"#).expect("a number"), &print()), r#"{"double":-0}"#);
}

#[test]
fn required_fields_and_groups_of_proto2_are_read_and_printed() {
    let json = r#"{"name":"","color":"COLOR_UNSPECIFIED","part":{},"time":"1970-01-01T00:00:00Z"}"#;
    assert_eq!(to_vec(&Legacy::default(), &print()).expect("printable"), json.as_bytes());
    let json = r#"{"name":"n","color":"COLOR_RED","part":{"quantity":1},"time":"1970-01-01T00:00:01Z","count":0,"extra":{"depth":2}}"#;
    let message: Legacy = from_slice(json.as_bytes(), &parse()).expect("readable");
    assert_eq!((message.count, message.part.quantity, message.time.seconds), (Some(0), 1, 1));
    assert_eq!(to_vec(&message, &print()).expect("printable"), json.as_bytes());
}

#[test]
fn well_known_types_are_read_and_printed_at_the_top_level() {
    assert_eq!(to_vec(&wkt::Timestamp::default(), &print()).expect("printable"), br#""1970-01-01T00:00:00Z""#);
    assert_eq!(to_vec(&(), &print()).expect("printable"), b"{}");
    assert_eq!(from_slice::<()>(b"{}", &parse()), Ok(()));
    assert!(from_slice::<()>(br#"{"a":1}"#, &parse()).is_err());
    let details = rpc::Status {
        code: 5,
        message: "gone".into(),
        details: vec![wkt::Any {
            type_url: format!("type.googleapis.com/{}", rpc::ErrorInfo::NAME),
            value: rpc::ErrorInfo { reason: "R".into(), ..Default::default() }.encode_to_vec(),
        }],
    };
    let json =
        r#"{"code":5,"message":"gone","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"R"}]}"#;
    assert_eq!(to_vec(&details, &print()).expect("printable"), json.as_bytes());
    assert_eq!(from_slice::<rpc::Status>(json.as_bytes(), &parse()), Ok(details));
    assert_eq!(from_slice::<Part>(br#"{"partId":"p"}"#, &parse()).map(|it| it.part_id), Ok("p".into()));
}
