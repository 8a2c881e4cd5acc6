use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use super::*;
use crate::Code;

fn with_method(fields: &str) -> String {
    format!(r#"{{"methodConfig": [{{"name": [{{"service": "a.B", "method": "C"}}], {fields}}}]}}"#)
}

fn retry_with(change: impl Fn(&str) -> Option<String>) -> String {
    let fields = [
        ("maxAttempts", "3"),
        ("initialBackoff", r#""0.1s""#),
        ("maxBackoff", r#""1s""#),
        ("backoffMultiplier", "1.3"),
        ("retryableStatusCodes", r#"["UNAVAILABLE", 4, "aborted"]"#),
    ];
    let fields = fields.into_iter().filter_map(|(name, value)| {
        let value = change(name).unwrap_or_else(|| value.to_owned());
        (!value.is_empty()).then(|| format!(r#""{name}": {value}"#))
    });
    with_method(&format!(r#""retryPolicy": {{{}}}"#, fields.collect::<Vec<_>>().join(", ")))
}

fn only(config: &ServiceConfig) -> MethodConfig {
    config.method("a.B", "C").next().expect("a config").clone()
}

#[test]
fn valid_documents_are_read() {
    let text = with_method(
        r#""timeout": "1.5s", "waitForReady": true, "maxRequestMessageBytes": 1024, "maxResponseMessageBytes": 2048"#,
    );
    let config = only(&ServiceConfig::parse(&text).expect("valid"));
    assert_eq!(config.timeout, Some(Duration::from_millis(1500)));
    assert_eq!(
        (config.wait_for_ready, config.max_request_bytes, config.max_response_bytes),
        (Some(true), Some(1024), Some(2048))
    );

    let retry = only(&ServiceConfig::parse(&retry_with(|_| None)).expect("valid")).retry.expect("a retry policy");
    assert_eq!((retry.max_attempts, retry.multiplier), (3, 1.3));
    assert_eq!((retry.initial_backoff, retry.max_backoff), (Duration::from_millis(100), Duration::from_secs(1)));
    let codes: Vec<_> = (1..=16).filter_map(Code::from_number).filter(|code| retry.covers(*code)).collect();
    assert_eq!(codes, [Code::DeadlineExceeded, Code::Aborted, Code::Unavailable]);

    let text = with_method(
        r#""hedgingPolicy": {"maxAttempts": 9, "hedgingDelay": "0.5s", "nonFatalStatusCodes": ["INTERNAL"]}"#,
    );
    let hedge = only(&ServiceConfig::parse(&text).expect("valid")).hedge.expect("a hedging policy");
    assert_eq!((hedge.max_attempts, hedge.delay), (5, Duration::from_millis(500)));
    assert!(hedge.covers(Code::Internal) && !hedge.covers(Code::Unavailable));

    let text =
        r#"{"retryThrottling": {"maxTokens": 100, "tokenRatio": 0.25}, "loadBalancingConfig": [{"round_robin": {}}]}"#;
    let throttling = ServiceConfig::parse(text).expect("valid").retry_throttling().expect("a budget");
    assert_eq!((throttling.max_tokens, throttling.token_ratio), (100.0, 0.25));
}

/// The documents of grpc-go's tests that are invalid, and others.
#[test]
fn invalid_documents_name_their_position() {
    let retry =
        |field: &'static str, value: &'static str| retry_with(move |name| (name == field).then(|| value.into()));
    let cases = [
        (String::new(), "1:1: unexpected end where a value is expected"),
        ("[]".into(), "1:1: `service config` is not an object"),
        ("{} x".into(), "1:4: unexpected `x` after the document"),
        (r#"{"methodConfig": {}}"#.into(), "1:18: `methodConfig` is not a list"),
        (r#"{"methodConfigs": []}"#.into(), "1:2: unknown field `methodConfigs`"),
        (r#"{"methodConfig": [], "methodConfig": []}"#.into(), "1:22: duplicate field `methodConfig`"),
        (with_method(r#""waitForReady": fall"#), "1:81: invalid value `fall`"),
        (with_method(r#""timeout": "3c""#), "1:76: invalid duration `3c` for `timeout`"),
        (with_method(r#""timeout": "-1s""#), "1:76: invalid duration `-1s` for `timeout`"),
        (with_method(r#""timeout": "0s""#), "1:76: `timeout` is zero"),
        (with_method(r#""timeout": 3"#), "1:76: `timeout` is not a string"),
        (with_method(r#""maxRequestMessageBytes": "1024""#), "1:91: `maxRequestMessageBytes` is not a number"),
        (with_method(r#""maxRequestMessageBytes": -1"#), "1:91: invalid `maxRequestMessageBytes: -1`"),
        (with_method(r#""retryPolicy": {}, "hedgingPolicy": {}"#), "1:101: `retryPolicy` and `hedgingPolicy` exclude"),
        (retry("maxAttempts", ""), "1:80: no `maxAttempts`"),
        (retry("maxAttempts", "1"), "1:96: invalid `maxAttempts: 1`"),
        (retry("maxAttempts", "-1"), "1:96: invalid `maxAttempts: -1`"),
        (retry("initialBackoff", ""), "1:80: no `initialBackoff`"),
        (retry("initialBackoff", r#""0s""#), "1:117: `initialBackoff` is zero"),
        (retry("maxBackoff", r#""0s""#), "1:139: `maxBackoff` is zero"),
        (retry("backoffMultiplier", "0"), "1:166: invalid `backoffMultiplier: 0`"),
        (retry("retryableStatusCodes", "[]"), "1:195: no `retryableStatusCodes`"),
        (retry("retryableStatusCodes", r#"["NOPE"]"#), "1:196: unknown status code `NOPE`"),
        (retry("retryableStatusCodes", "[0]"), "1:196: unknown status code `0`"),
        (r#"{"methodConfig": [{"name": [{"method": "Bar"}]}]}"#.into(), "1:29: method `Bar` without a service"),
        (r#"{"methodConfig": [{"name": [{}, {}]}]}"#.into(), "1:33: duplicate name `/`"),
        (r#"{"retryThrottling": {"maxTokens": 0, "tokenRatio": 1}}"#.into(), "1:35: invalid `maxTokens: 0`"),
        (r#"{"retryThrottling": {"maxTokens": 1001, "tokenRatio": 1}}"#.into(), "1:35: invalid `maxTokens: 1001`"),
        (r#"{"retryThrottling": {"maxTokens": 10}}"#.into(), "1:21: invalid `tokenRatio: 0`"),
        ("[".repeat(100), "1:33: too many nested values"),
        ("{\n  \"a\\u00e9\\q\"".into(), "2:12: unexpected `q` after a backslash"),
    ];
    let errors = cases.map(|(text, message)| (ServiceConfig::parse(&text).expect_err(&text).to_string(), message));
    let wrong: Vec<_> =
        errors.iter().filter(|(error, message)| !error.starts_with(&format!("service config: {message}"))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn names_are_found_from_the_most_to_the_least_specific() {
    let text = r#"{"methodConfig": [
        {"name": [{}], "timeout": "1s"},
        {"name": [{"service": "a.B"}, {"service": "a.C", "method": ""}], "timeout": "2s"},
        {"name": [{"service": "a.B", "method": "D"}], "timeout": "3s"},
        {"timeout": "4s"}
    ]}"#;
    let config = ServiceConfig::parse(text).expect("valid");
    let seconds = |service, method| -> Vec<_> {
        config.method(service, method).map(|found| found.timeout.expect("a timeout").as_secs()).collect()
    };
    assert_eq!(seconds("a.B", "D"), [3, 2, 1]);
    assert_eq!(seconds("a.B", "E"), [2, 1]);
    assert_eq!(seconds("a.C", "D"), [2, 1]);
    assert_eq!(seconds("a.X", "D"), [1]);
    assert_eq!(config.names(), ["/", "a.B/", "a.B/D", "a.C/"]);
}

#[test]
fn files_of_google_are_read_by_their_rules() {
    let lenient = retry_with(|name| (name == "maxAttempts").then(String::new));
    let retry = only(&ServiceConfig::parse_gapic(&lenient).expect("valid")).retry.expect("a policy");
    assert_eq!(retry.max_attempts, 5);
    let empty = retry_with(|name| (name == "retryableStatusCodes").then(|| "[]".to_owned()));
    let config = only(&ServiceConfig::parse_gapic(&empty).expect("valid"));
    assert_eq!((config.retry.expect("a policy").max_attempts, config.is_default_timeout), (1, true));
    let text = r#"{"methodConfig": [{"name": [{}], "timeout": "1s"}, {"name": [{}], "timeout": "2s", "new": 1}]}"#;
    let config = ServiceConfig::parse_gapic(text).expect("valid");
    assert_eq!(only(&config).timeout, Some(Duration::from_secs(2)));
    assert_eq!(config.warnings().len(), 2, "{:?}", config.warnings());
}

#[test]
fn malformed_documents_do_not_panic() {
    let text = retry_with(|_| None);
    for end in 0..text.len() {
        assert!(ServiceConfig::parse(&text[..end]).is_err());
        for other in ["\"", "{", "}", "9", "é", "\u{0}"] {
            let _ = ServiceConfig::parse_gapic(&format!("{}{other}{}", &text[..end], &text[end..]));
        }
    }
}

/// Every public service config, where `$CORPUS` or `../shared/corpus` has them.
#[test]
fn public_service_configs_are_read() {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let folder = std::env::var_os("CORPUS").map_or_else(default, PathBuf::from);
    if !folder.exists() {
        println!("skipped: there is no folder {}", folder.display());
    } else {
        assert!(read_all(&folder) > 0, "no service configs in {}", folder.display());
    }
}

fn read_all(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.map(|path| if path.is_dir() { read_all(&path) } else { read_one(&path) }).sum()
}

fn read_one(path: &Path) -> usize {
    let is_config = path.to_string_lossy().ends_with("_grpc_service_config.json");
    if is_config {
        let text = fs::read_to_string(path).expect("text");
        ServiceConfig::parse_gapic(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    usize::from(is_config)
}
