//! HTTP rules at generation: `http_rules=` and `unbound_methods=`.

use std::{env, fs, path::PathBuf};

use harness::{contracts, generate};

/// Writes a service config, and returns the option that names it.
fn rules(name: &str, text: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("http_rules");
    fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(name);
    fs::write(&path, text).expect("a file");
    format!("http_rules={}", path.display())
}

/// Returns the routes of the generated gateway without its line breaks, or the errors; and the warnings.
fn routes(options: &str) -> (Result<String, String>, String) {
    let (files, warnings) = generate(&contracts().join("golden"), &["user.proto"], options);
    let gateway = files.map(|files| files["user/v1/gateway.rs"].split_whitespace().collect());
    (gateway, warnings)
}

const RULES: &str = "
type: google.api.Service
http:
  fully_decode_reserved_expansion: true
  rules:
  - selector: user.v1.UserService.GetUser
    get: /v9/{user_id=users/**}
    additional_bindings:
    - {post: '/v9/users:get', body: '*', response_body: user_id}
    - custom: {kind: PURGE, path: '/v9/users/{user_id}'}
";

#[test]
fn rules_of_a_service_config_replace_those_of_the_contract() {
    let (gateway, _) = routes(&rules("rules.yaml", RULES));
    let gateway = gateway.expect("valid rules");
    for expected in [
        r#"svc::route::get("/v9/{user_id=users/**}").unescape(svc::route::Unescape::ExceptSlash)"#,
        r#"svc::route::post("/v9/users:get").body("*").response_body("user_id")"#,
        r#"svc::route::custom("PURGE","/v9/users/{user_id}")"#,
        r#"svc::route::get("/v1/users")"#,
    ] {
        assert!(gateway.contains(expected), "{expected} in {gateway}");
    }
    assert!(!gateway.contains("/v1/users/{user_id}"), "{gateway}");
}

#[test]
fn methods_without_a_rule_have_a_route_on_request() {
    let path = r#"svc::route::post("/user.v1.UserService/StreamUpdates").body("*")"#;
    assert!(routes("unbound_methods=true").0.expect("valid").contains(path));
    assert!(!routes("").0.expect("valid").contains("/user.v1.UserService/"));
}

#[test]
fn invalid_rules_have_their_position() {
    let rule = |rest: &str| format!("http:\n  rules:\n  - {{selector: user.v1.UserService.GetUser, {rest}}}\n");
    for (text, message) in [
        (rule("get: '/v9/{'"), "bad.yaml:3:"),
        (rule("get: '/v9/{nothing}'"), "nothing"),
        (rule("body: '*'"), "bad.yaml:3:5: HTTP rule without a path"),
        ("http: {rules: [{get: /v9}]}".to_owned(), "HTTP rule without a method"),
        ("http: [".to_owned(), "bad.yaml:"),
    ] {
        let errors = routes(&rules("bad.yaml", &text)).0.expect_err(&text);
        assert!(errors.contains(message), "{text}: {errors}");
    }
    let (_, warnings) =
        routes(&rules("unused.yaml", "http: {rules: [{selector: user.v1.UserService.GetUsr, get: /v9}]}"));
    assert!(warnings.contains("unknown method `user.v1.UserService/GetUsr`"), "{warnings}");
    assert!(routes("http_rules=nowhere.yaml").0.expect_err("no file").contains("cannot read `nowhere.yaml`"));
}
