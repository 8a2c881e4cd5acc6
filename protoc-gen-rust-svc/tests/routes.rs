//! HTTP rules that are invalid or conflict: errors where a gateway is emitted, unless options allow them.

use protoc_gen_rust_svc::{diagnostics::Diagnostics, options::Options, read::compile::compile, render::Files};

/// Generates a service with the given methods. Returns the files, or the errors, and the warnings.
fn generate(methods: &str, options: &str) -> (Result<Files, String>, String) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let proto = format!(
        "syntax = \"proto3\";\npackage shop.v1;\nimport \"google/api/annotations.proto\";\n\
         message M {{ string id = 1; M inner = 2; }}\n{methods}"
    );
    std::fs::write(folder.path().join("shop.proto"), proto).expect("a file can be written");
    let input = compile(&[folder.path().to_owned()], &["shop.proto".into()]).expect("valid");
    let mut diagnostics = Diagnostics::default();
    let options = Options::parse(&format!("allow=all,{options}"), &mut diagnostics);
    let files = protoc_gen_rust_svc::generate(&input, &options, &mut diagnostics).expect("it can be printed");
    let result = if diagnostics.has_errors() { Err(diagnostics.errors()) } else { Ok(files) };
    (result, diagnostics.warnings())
}

fn rpc(name: &str, rule: &str) -> String {
    format!("  rpc {name}(M) returns (M) {{ option (google.api.http) = {{{rule}}}; }}\n")
}

fn service(name: &str, methods: &[(&str, &str)]) -> String {
    let methods: String = methods.iter().map(|(name, rule)| rpc(name, rule)).collect();
    format!("service {name} {{\n{methods}}}\n")
}

fn gateway(files: &Files) -> &str {
    files.get("shop/v1/gateway.rs").map_or("", String::as_str)
}

/// One rule for each code, besides a valid one.
const INVALID: &[(&str, &str, &str)] = &[
    ("E0201", "invalid-path-template", r#"get: "/v1/{id" additional_bindings {get: "/v1/other"}"#),
    ("E0202", "invalid-path-variable", r#"get: "/v1/{isbn}" additional_bindings {get: "/v1/other"}"#),
    ("E0202", "invalid-path-variable", r#"get: "/v1/{inner}""#),
    ("E0203", "invalid-body", r#"post: "/v1/books" body: "inner.id""#),
    ("E0204", "invalid-http-rule", r#"body: "*""#),
];

#[test]
fn invalid_rules_are_ignored_without_a_gateway() {
    for (code, _, rule) in INVALID {
        let (files, warnings) = generate(&service("Books", &[("Get", rule), ("Other", rule)]), "emit=client");
        assert!(files.is_ok(), "{code}: {files:?}");
        assert_eq!(warnings, "", "{code}");
    }
}

#[test]
fn invalid_rules_are_errors_with_a_gateway() {
    for (code, _, rule) in INVALID {
        let errors = generate(&service("Books", &[("Get", rule)]), "").0.expect_err(code);
        assert!(errors.starts_with("shop.proto:6:") && errors.contains(&format!("error[{code}]")), "{errors}");
    }
}

#[test]
fn method_with_an_allowed_problem_has_no_route() {
    for (code, lint, rule) in INVALID {
        let methods = service("Books", &[("Get", rule), ("Valid", r#"get: "/v1/valid/{id}""#)]);
        let (files, warnings) = generate(&methods, &format!("warn={lint}"));
        let files = files.expect(code);
        assert!(gateway(&files).contains("/v1/valid/{id}"), "{}", gateway(&files));
        assert!(
            !gateway(&files).contains("/v1/other") && !gateway(&files).contains("\"/v1/books"),
            "{}",
            gateway(&files)
        );
        assert!(
            warnings.contains(&format!("warning[{code}]")) && warnings.contains("`Get` has no route"),
            "{warnings}"
        );
        let (files, warnings) = generate(&methods, &format!("allow={lint}"));
        assert!(files.is_ok() && warnings.is_empty(), "{warnings}");
    }
}

#[test]
fn nested_body_is_explained() {
    let errors = generate(&service("Books", &[("Get", r#"post: "/v1/books" body: "inner.id""#)]), "").0;
    let errors = errors.expect_err("nested");
    assert!(errors.contains("body `inner.id` is not a top-level field"), "{errors}");
    assert!(errors.contains("a body is a top-level field, such as `inner`"), "{errors}");
}

#[test]
fn first_of_conflicting_routes_wins_if_allowed() {
    let rules = [("One", r#"get: "/v1/{id}""#), ("Two", r#"get: "/v1/{id}" additional_bindings {get: "/v2/{id}"}"#)];
    let methods = service("Books", &rules);
    let errors = generate(&methods, "").0.expect_err("a conflict");
    assert!(errors.starts_with("shop.proto:7:") && errors.contains("the other is at shop.proto:6:"), "{errors}");
    let (files, warnings) = generate(&methods, "warn=conflicting-routes");
    let files = files.expect("a warning");
    assert_eq!(gateway(&files).matches("/v1/{id}").count(), 1, "{}", gateway(&files));
    assert!(gateway(&files).contains("/v2/{id}") && warnings.contains("warning[E0205]"), "{warnings}");
}

#[test]
fn services_may_share_a_route() {
    let route = [("Get", r#"get: "/v1/{id}""#)];
    let services = service("One", &route) + &service("Two", &route);
    let (files, warnings) = generate(&services, "");
    assert!(files.is_ok() && warnings.is_empty(), "{warnings}");
    let (_, warnings) = generate(&services, "warn=shared-route");
    assert!(warnings.starts_with("shop.proto:9:") && warnings.contains("W0607"), "{warnings}");
    assert!(generate(&services, "deny=shared-route").0.is_err());
}
