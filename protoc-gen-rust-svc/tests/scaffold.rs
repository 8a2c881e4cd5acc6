//! `protoc-gen-rust-svc scaffold --sync`, on projects that `new` makes.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

use tempfile::TempDir;

const BEFORE: &str = "syntax = \"proto3\";\npackage shop.v1;\nservice ShopService { rpc Add(Item) returns (Item); }\n\
                      message Item { string name = 1; }\n";

/// A project with one service.
struct Project(TempDir);

impl Project {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().expect("a folder"));
        fs::write(home.0.path().join("shop.proto"), BEFORE).expect("a file");
        let output =
            home.run(&["new", "shop", "--proto", "shop.proto", "--runtime-git", "https://git.example/rust-svc.git"]);
        assert!(output.status.success(), "{output:?}");
        home
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_protoc-gen-rust-svc"));
        command.args(arguments).current_dir(self.0.path()).output().expect("a program")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join("shop").join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("text")
    }

    /// Changes the contract of the project.
    fn declare(&self, methods: &str) {
        fs::write(self.path("proto/shop/v1/shop.proto"), BEFORE.replace("(Item); }", &format!("(Item); {methods} }}")))
            .expect("a file");
    }

    /// Runs the command, and returns its output.
    fn sync(&self, arguments: &[&str]) -> String {
        let command = ["scaffold", "--sync", "--project", "shop"];
        let output = self.run(&[&command, arguments].concat());
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    }
}

const SERVICE: &str = "src/service/shop_service.rs";

#[test]
fn missing_methods_and_their_tests_are_appended() {
    let project = Project::new();
    let edited = project.text(SERVICE).replace("Err(svc::Error", "// ours {\n        Err( svc::Error");
    fs::write(project.path(SERVICE), &edited).expect("a file");
    let tests = project.text("tests/wire.rs");
    project.declare("rpc Watch(Item) returns (stream Item); rpc Type(stream Item) returns (Item);");
    assert_eq!(project.sync(&[]), format!("{SERVICE}: watch, r#type\ntests/wire.rs: watch, r#type\n"));

    let added = "\n    async fn watch(\n        &self,\n        _cx: svc::Context,\n        _request: api::Item,\n    ) -> \
                 svc::Result<svc::Streaming<api::Item>> {\n        \
                 Err(svc::Error::unimplemented(api::shop_service::WATCH))\n    }\n\n    async fn r#type(\n        \
                 &self,\n        _cx: svc::Context,\n        _request: svc::Streaming<api::Item>,\n    ) -> \
                 svc::Result<api::Item> {\n        \
                 Err(svc::Error::unimplemented(api::shop_service::TYPE))\n    }\n}\n";
    let expected = format!("{}{added}", edited.strip_suffix("}\n").expect("an end"));
    assert_eq!(project.text(SERVICE), expected);
    let expected = tests.strip_suffix("}\n").expect("an end").to_owned()
        + "    let responses = async {\n        \
           service\n            .watch(call(), Default::default())\n            .await?\n            \
           .collect()\n            .await\n    };\n    \
           is_unimplemented(WATCH, responses.await);\n    \
           is_unimplemented(TYPE, service.r#type(call(), svc::Streaming::empty()).await);\n}\n";
    assert_eq!(project.text("tests/wire.rs"), expected);
}

#[test]
fn second_run_changes_nothing() {
    let project = Project::new();
    assert_eq!(project.sync(&[]), "every method is implemented\n");
    project.declare("rpc Watch(Item) returns (stream Item);");
    project.sync(&[]);
    let (service, tests) = (project.text(SERVICE), project.text("tests/wire.rs"));
    assert_eq!(project.sync(&[]), "every method is implemented\n");
    assert_eq!((project.text(SERVICE), project.text("tests/wire.rs")), (service, tests));
}

#[test]
fn diff_shows_the_changes_and_writes_nothing() {
    let project = Project::new();
    let before = project.text(SERVICE);
    project.declare("rpc Watch(Item) returns (stream Item);");
    let diff = project.sync(&["--diff"]);
    assert!(diff.contains("+    async fn watch(") && diff.contains("+    is_unimplemented(WATCH"), "{diff}");
    assert!(!diff.lines().any(|line| line.starts_with('-') && !line.starts_with("---")), "{diff}");
    assert_eq!(project.text(SERVICE), before);
}

#[test]
fn moved_implementations_are_found_and_missing_ones_reported() {
    let project = Project::new();
    fs::rename(project.path(SERVICE), project.path("src/service/moved.rs")).expect("a file");
    project.declare("rpc Watch(Item) returns (stream Item);");
    assert!(project.sync(&[]).starts_with("src/service/moved.rs: watch\n"));
    fs::remove_file(project.path("src/service/moved.rs")).expect("a file");
    let said = project.sync(&[]);
    assert_eq!(said, "shop.v1.ShopService: no file below src has one `impl ShopService for ...`\n");
}

#[test]
fn errors_of_the_contract_change_nothing() {
    let project = Project::new();
    project.declare("rpc Broken(Missing) returns (Item);");
    let output = project.run(&["scaffold", "--sync", "--project", "shop"]);
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.starts_with("shop/v1/shop.proto:3:"), "{text}");
}
