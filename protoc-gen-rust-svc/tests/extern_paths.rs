//! Options that map packages to Rust paths.

use protoc_gen_rust_svc::{diagnostics::Diagnostics, options::Options, read::compile::compile};

/// The errors of a run with an option.
fn errors(option: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file can be written");
    write("money.proto", "syntax = \"proto3\";\npackage acme.type;\nmessage Money { int64 cents = 1; }\n");
    write(
        "shop.proto",
        "syntax = \"proto3\";\npackage shop.v1;\nimport \"money.proto\";\nmessage Order { acme.type.Money price = 1; }\n",
    );
    let input = compile(&[folder.path().to_owned()], &["shop.proto".into()]).expect("valid");
    let mut diagnostics = Diagnostics::default();
    let options = Options::parse(option, &mut diagnostics);
    protoc_gen_rust_svc::generate(&input, &options, &mut diagnostics).expect("it can be printed");
    diagnostics.errors()
}

#[test]
fn known_packages_and_outer_ones_are_mapped() {
    assert_eq!(errors("extern_path=.acme.type=::money::acme::r#type"), "");
    assert_eq!(errors("extern_path=.acme=::money::acme"), "");
}

#[test]
fn unknown_package_has_a_suggestion() {
    let text = errors("extern_path=.acme.type=::money,extern_path=.acme.typ=::money");
    assert!(text.contains("error[E0102]: unknown package `acme.typ`"), "{text}");
    assert!(text.contains("help: did you mean `.acme.type`?"), "{text}");
}

#[test]
fn type_is_not_a_package() {
    let text = errors("extern_path=.acme.type.Money=::money::Money");
    assert!(text.contains("unknown package `acme.type.Money`"), "{text}");
    assert!(text.contains("it is a type; map its package, as in `extern_path=.acme.type="), "{text}");
}

#[test]
fn leading_dot_is_required() {
    let text = errors("extern_path=acme.type=::money::acme::r#type");
    assert!(text.contains("error[E0101]: package without a leading dot"), "{text}");
    assert!(text.contains("help: write `extern_path=.acme.type=::money::acme::r#type`"), "{text}");
}
