//! Properties of paths, queries and JSON, on random input.

use proptest::{collection::vec, prelude::*, sample::select};
use rust_svc::{
    gateway::{GatewaySettings, Route},
    json::{ParseOptions, PrintOptions, from_slice, to_vec},
    path::Template,
    route,
};
use tokio::runtime::Builder;

use super::{Reply, echo, send};
use crate::{
    shop::pb::{Everything, Part},
    stock::Query,
};

fn config() -> ProptestConfig {
    ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() }
}

/// Sends a request to a method at these routes.
fn ask(routes: &[Route], request: &str) -> Reply {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { send(&echo(routes, GatewaySettings::default()), request).await })
}

/// A text, and its bytes with some of them percent-encoded.
fn encoded_text() -> impl Strategy<Value = (String, String)> {
    (any::<String>(), vec(any::<(bool, bool)>(), 1..8)).prop_map(|(text, choices)| {
        let encode = |(byte, (is_encoded, is_lower)): (u8, &(bool, bool))| match byte {
            byte if byte.is_ascii_alphanumeric() && !is_encoded => char::from(byte).to_string(),
            byte if *is_lower => format!("%{byte:02x}"),
            byte => format!("%{byte:02X}"),
        };
        let encoded = text.bytes().zip(choices.iter().cycle()).map(encode).collect();
        (text, encoded)
    })
}

/// The segments of a template, each with a text that matches it.
fn segments() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    let literals = [("v1", "v1"), ("a", "a"), ("b", "%62"), ("c:d", "c%3Ad"), ("e%20", "e%20")];
    let wildcards = [("*", "x"), ("*", "a"), ("*", "~y")];
    vec(select([&literals[..], &wildcards[..]].concat()), 1..5)
}

fn join(parts: impl Iterator<Item = &'static str>) -> String {
    parts.collect::<Vec<_>>().join("/")
}

fn read(reply: &Reply) -> Query {
    assert_eq!(reply.status, 200, "{}", reply.body);
    from_slice(reply.body.as_bytes(), &ParseOptions::default()).expect("the request, as JSON")
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_text_is_a_template_or_an_error_within_it(text in "[/a-z*{}=.:%0-9\u{e9} ]{0,24}") {
        match Template::parse(&text) {
            Ok(template) => {
                prop_assert_eq!(template.to_string(), text);
                let shape = template.shape();
                prop_assert_eq!(Template::parse(&shape).expect("a shape is a template").shape(), shape);
            }
            Err(error) => prop_assert!(error.offset() <= text.len()),
        }
    }

    #[test]
    fn a_path_that_is_built_from_a_template_matches_it(
        (before, inner, after) in (segments(), segments(), segments()),
        verb in select(vec!["", ":go", ":go:on"]),
    ) {
        // A colon in the last literal begins a verb.
        prop_assume!(after.last() != Some(&("c:d", "c%3Ad")));
        let part = |index: usize| move |segments: &Vec<(&'static str, &'static str)>| {
            join(segments.iter().map(move |segment| if index == 0 { segment.0 } else { segment.1 }))
        };
        let build = |index: usize, inner: String| {
            format!("/{}/{inner}/{}{verb}", part(index)(&before), part(index)(&after))
        };
        let template = build(0, format!("{{product_id={}}}", part(0)(&inner)));
        let path = build(1, part(1)(&inner));
        let route = route::get(Box::leak(template.clone().into_boxed_str()));
        let reply = ask(&[route], &format!("GET {path}"));
        let is_multi_segment = inner.len() > 1;
        let decoded = part(1)(&inner).replace("%62", "b").replace("%20", " ");
        let decoded = if is_multi_segment { decoded } else { decoded.replace("%3A", ":") };
        prop_assert_eq!(read(&reply).product_id, decoded, "{} {}", template, path);
        prop_assert_eq!(reply.template, template);
    }

    #[test]
    fn a_variable_of_one_segment_is_decoded_in_full((text, encoded) in encoded_text()) {
        prop_assume!(!encoded.is_empty());
        let reply = ask(&[route::get("/v1/{product_id}")], &format!("GET /v1/{encoded}"));
        prop_assert_eq!(read(&reply).product_id, text);
    }

    #[test]
    fn a_query_sets_what_was_encoded(tags in vec(encoded_text(), 0..6), name in encoded_text(), key in "[a-z.]{1,8}") {
        let pairs = tags.iter().map(|(_, encoded)| format!("tags={encoded}"));
        let more = [format!("name={}", name.1), format!("labels[{key}]={}", name.1)];
        let query = pairs.chain(more).collect::<Vec<_>>().join("&");
        let query = read(&ask(&[route::get("/q")], &format!("GET /q?{query}")));
        prop_assert_eq!(query.tags, tags.into_iter().map(|(text, _)| text).collect::<Vec<_>>());
        prop_assert_eq!(query.labels.get(&key), Some(&name.0));
    }

    #[test]
    fn any_target_has_a_response(target in "/(stock|q)/?[a-z/%0-9A-F:.\\[\\]=&?+_]{0,40}") {
        let routes = [route::get("/stock/{product_id=**}"), route::get("/q")];
        if target.parse::<http::Uri>().is_ok() {
            let reply = ask(&routes, &format!("GET {target}"));
            prop_assert!([200, 400, 404].contains(&reply.status), "{}: {}", target, reply.body);
        }
    }

    #[test]
    fn a_message_is_printed_and_read_back(
        (wide, wide_unsigned, double, single) in any::<(i64, u64, f64, f32)>(),
        (text, data, flag, maybe_text) in any::<(String, Vec<u8>, bool, Option<String>)>(),
        (numbers, labels, color) in any::<(Vec<i64>, std::collections::HashMap<String, String>, i32)>(),
        quantities in vec(any::<i32>(), 0..4),
        (defaults, enum_numbers, proto_names, pretty) in any::<(bool, bool, bool, bool)>(),
    ) {
        let parts = quantities.into_iter().map(|quantity| Part { quantity, ..Part::default() }).collect();
        let inner = Everything { double, single, numbers, labels, color, parts, ..Everything::default() };
        let message = Everything {
            wide, wide_unsigned, text, data, flag, maybe_text, parent: Some(Box::new(inner)), ..Everything::default()
        };
        let mut print = PrintOptions::default();
        (print.defaults, print.enum_numbers) = (defaults, enum_numbers);
        (print.proto_names, print.pretty, print.int64_numbers) = (proto_names, pretty, flag);
        let json = to_vec(&message, &print).expect("printable");
        let back: Everything = from_slice(&json, &ParseOptions::default()).expect("readable");
        prop_assert_eq!(back, message);
    }
}
