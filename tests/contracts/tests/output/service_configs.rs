//! Service configs at generation: `service_config=` and `gapic_service_config=`.

use std::{env, fs, path::PathBuf};

use harness::{contracts, generate, repository};

/// Writes a file, and returns its path.
fn file(name: &str, text: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("service_configs");
    fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(name);
    fs::write(&path, text).expect("a file");
    path
}

fn entry(names: &str, fields: &str) -> String {
    format!(r#"{{"methodConfig": [{{"name": [{names}], {fields}}}]}}"#)
}

fn retry(codes: &str) -> String {
    format!(
        r#""retryPolicy": {{"maxAttempts": 3, "initialBackoff": "0.1s", "maxBackoff": "60s", "backoffMultiplier": 1.3,
           "retryableStatusCodes": [{codes}]}}"#
    )
}

const ALL: &str = r#"{"service": "policies.v1.PolicyService"}"#;

/// Generates with these options, and returns the declaration of each method without its line breaks, and the warnings.
fn declarations(options: &str) -> (String, String) {
    let (files, warnings) = generate(&contracts().join("golden"), &["policies.proto"], options);
    let files = files.unwrap_or_else(|errors| panic!("{errors}"));
    let domain: String = files["policies/v1/domain.rs"].split_whitespace().collect();
    (domain, warnings)
}

fn assert_declares(options: &str, expected: &[&str]) {
    let (domain, _) = declarations(options);
    let missing: Vec<_> = expected.iter().filter(|text| !domain.contains(**text)).collect();
    assert!(missing.is_empty(), "{options}: {missing:#?}\n{domain}");
}

#[test]
fn a_service_config_replaces_the_options_of_the_contract() {
    let path = file("timeout.json", &entry(ALL, r#""timeout": "3.5s""#));
    let option = format!("service_config={}", path.display());
    assert_declares(
        &option,
        &[
            r#"/Plain").with_defaults(DEFAULTS).timeout_ms(3500).configured(&[svc::PolicyField::Timeout]);"#,
            r#"/Read").no_side_effects().with_defaults(DEFAULTS).timeout_ms(3500)"#,
            r#"/policies.v1.StreamService/Get").no_side_effects().with_defaults(DEFAULTS).max_request_bytes(1000)"#,
        ],
    );
    let gapic = format!("gapic_service_config={}", path.display());
    assert_declares(&gapic, &[r#"/Plain").with_defaults(DEFAULTS).default_timeout_ms(3500).configured"#]);
}

#[test]
fn the_more_specific_name_and_the_later_file_count() {
    let all = file("all.json", &entry("{}", r#""timeout": "9s", "waitForReady": true"#));
    let plain = r#"{"service": "policies.v1.PolicyService", "method": "Plain"}"#;
    let method = file("method.json", &entry(plain, r#""timeout": "7s""#));
    let service = file("service.json", &entry(ALL, r#""timeout": "8s", "maxRequestMessageBytes": 10"#));
    let paths = [method, service, all].map(|path| format!("service_config={}", path.display()));
    assert_declares(
        &paths.join(","),
        &[
            r#"/Plain").with_defaults(DEFAULTS).timeout_ms(7000).max_request_bytes(10).wait_for_ready(true)"#,
            r#"/Soon").timeout_ms(8000).max_request_bytes(10).wait_for_ready(true)"#,
            "svc::PolicyField::Timeout,svc::PolicyField::WaitForReady,svc::PolicyField::MaxRequestBytes",
        ],
    );
}

#[test]
fn the_idempotency_gate_stays() {
    for (codes, plain, read) in [
        (r#""UNAVAILABLE", "INTERNAL""#, "svc::Retry::new(3).backoff_ms(100,60000,1.3))", "svc::Code::Internal"),
        (r#""INTERNAL""#, "svc::Retry::new(1).backoff_ms(100,60000,1.3))", ".on(&[svc::Code::Internal])"),
    ] {
        let path = file(&format!("retry{}.json", codes.len()), &entry(ALL, &retry(codes)));
        let (domain, _) = declarations(&format!("service_config={}", path.display()));
        let declaration = |name: &str| domain.split(&format!("/{name}\")")).nth(1).expect("a method").split(';').next();
        assert!(declaration("Plain").expect("text").contains(plain), "{domain}");
        assert!(!declaration("Plain").expect("text").contains("Internal"), "{domain}");
        assert!(declaration("Read").expect("text").contains(read), "{domain}");
    }
    let path = file("hedge.json", &entry(ALL, r#""hedgingPolicy": {"maxAttempts": 3, "hedgingDelay": "0.5s"}"#));
    let (domain, _) = declarations(&format!("service_config={}", path.display()));
    assert!(domain.contains(r#"/Read").no_side_effects().timeout_ms(250).hedge(svc::Hedge::new(3).delay_ms(500))"#));
    assert!(domain.contains(r#"/Plain").with_defaults(DEFAULTS).retry(svc::Retry::new(1)).configured"#), "{domain}");
}

#[test]
fn parts_without_effect_are_reported() {
    let text = r#"{"methodConfig": [
        {"name": [{"service": "policies.v1.PolicyServce"}, {"service": "policies.v1.PolicyService", "method": "Nothing"}]}
    ]}"#;
    let path = file("unused.json", text);
    let (_, warnings) = declarations(&format!("service_config={}", path.display()));
    for part in [
        "unknown service `policies.v1.PolicyServce`\n  help: did you mean `policies.v1.PolicyService`?",
        "unknown method `policies.v1.PolicyService/Nothing`",
    ] {
        assert!(warnings.contains(part), "{warnings}");
    }
    let silenced = format!("service_config={},allow=unused-service-config", path.display());
    assert!(!declarations(&silenced).1.contains("W0609"));
}

#[test]
fn the_retry_budget_of_the_last_file_is_generated() {
    let budget = |tokens: u32| format!(r#"{{"retryThrottling": {{"maxTokens": {tokens}, "tokenRatio": 0.5}}}}"#);
    let paths = [100, 20].map(|tokens| file(&format!("budget{tokens}.json"), &budget(tokens)));
    let options = paths.map(|path| format!("service_config={}", path.display())).join(",");
    let (domain, warnings) = declarations(&options);
    assert!(domain.contains(".retry_throttling(20.0,0.5)") && !domain.contains("(100.0"), "{domain}");
    assert!(!warnings.contains("retryThrottling"), "{warnings}");
}

#[test]
fn invalid_files_are_errors_with_their_position() {
    let path = file("invalid.json", &entry(ALL, "\n\"timeout\": \"3c\""));
    for (option, message) in [
        (format!("service_config={}", path.display()), "invalid.json:2:12: invalid duration `3c` for `timeout`"),
        (format!("gapic_service_config={}", path.display()), "invalid.json:2:12: invalid duration `3c`"),
        ("service_config=nowhere.json".to_owned(), "cannot read `nowhere.json`: "),
        ("service_confg=x".to_owned(), "did you mean `service_config`?"),
    ] {
        let (result, _) = generate(&contracts().join("golden"), &["policies.proto"], &option);
        let errors = result.expect_err("an error");
        assert!(errors.contains(message), "{option}: {errors}");
    }
}

/// Every public service config, where `$CORPUS` or `../shared/corpus` has them.
#[test]
fn public_service_configs_are_accepted() {
    let folder = env::var_os("CORPUS").map_or_else(|| repository().join("../shared/corpus"), PathBuf::from);
    for name in harness::names(&folder).into_iter().filter(|name| name.ends_with("_grpc_service_config.json")) {
        declarations(&format!("gapic_service_config={}", folder.join(name).display()));
    }
}
