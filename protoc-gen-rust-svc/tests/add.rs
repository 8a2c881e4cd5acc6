//! `protoc-gen-rust-svc add`, on projects that `new` makes.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

const SHOP: &str = "syntax = \"proto3\";\npackage shop.v1;\n\n// Sells.\nservice ShopService {\n\trpc Add(Item) returns (Item);   // ours\n}\n\n\
                    message Item {\n\tstring name = 1;\n}\n";

/// A project with one service.
struct Project(TempDir);

impl Project {
    fn new(arguments: &[&str]) -> Self {
        let home = Self(tempfile::tempdir().expect("a folder"));
        fs::write(home.0.path().join("shop.proto"), SHOP).expect("a file");
        let new = ["new", "shop", "--proto", "shop.proto", "--runtime-git", "https://git.example/rust-svc.git"];
        let output = home.run(".", &[&new[..], arguments].concat());
        assert!(output.status.success(), "{output:?}");
        home
    }

    fn run(&self, folder: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_protoc-gen-rust-svc"));
        command.args(arguments).current_dir(self.0.path().join(folder)).output().expect("a program")
    }

    fn add(&self, arguments: &[&str]) -> String {
        let output = self.run("shop", &[&["add"], arguments].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let checked = self.run("shop", &["check"]);
        assert!(arguments.contains(&"--diff") || checked.status.success(), "{checked:?}");
        String::from_utf8(output.stdout).expect("text")
    }

    /// The error of a run that changes nothing.
    fn refused(&self, arguments: &[&str]) -> String {
        let before = self.files();
        let output = self.run("shop", &[&["add"], arguments].concat());
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert_eq!(self.files(), before);
        String::from_utf8(output.stderr).expect("text")
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join("shop").join(name)).expect("text")
    }

    /// The text of each file. Fails if Rust code is invalid.
    fn files(&self) -> BTreeMap<PathBuf, String> {
        let mut files = BTreeMap::new();
        collect(&self.0.path().join("shop"), &mut files);
        for (path, text) in files.iter().filter(|(path, _)| path.extension().is_some_and(|extension| extension == "rs"))
        {
            syn::parse_file(text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
        files
    }
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, String>) {
    for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        match path.is_dir() {
            true => collect(&path, files),
            false => drop(files.insert(path.clone(), fs::read_to_string(&path).expect("text"))),
        }
    }
}

/// Fails unless each line of `before` is in `after`, in the same order.
fn assert_only_added(before: &str, after: &str) {
    let mut lines = after.lines();
    for line in before.lines() {
        assert!(lines.any(|other| other == line), "{line}\n{after}");
    }
}

const PROTO: &str = "proto/shop/v1/shop.proto";
const SERVICE: &str = "src/service/shop_service.rs";

#[test]
fn a_method_is_declared_generated_implemented_and_tested() {
    let project = Project::new(&[]);
    let before = project.files();
    let output = project.add(&["rpc", "ShopService.Find", "--server-streaming"]);
    assert_eq!(output, format!("{PROTO}\n{SERVICE}: find\ntests/wire.rs: find\n"));
    let expected = SHOP.replace("// ours\n", "// ours\n\trpc Find(FindRequest) returns (stream FindResponse);\n");
    assert_eq!(project.text(PROTO), expected + "\nmessage FindRequest {}\n\nmessage FindResponse {}\n");
    assert!(project.text("src/generated/shop/v1/domain.rs").contains("async fn find("));
    for (path, text) in before.iter().filter(|(path, _)| !path.to_string_lossy().contains("generated")) {
        assert_only_added(text, &fs::read_to_string(path).expect("text"));
    }
}

#[test]
fn a_second_run_changes_nothing() {
    let project = Project::new(&[]);
    for arguments in [&["rpc", "shop.v1.ShopService/Find"][..], &["service", "stock.v1.StockService"]] {
        project.add(arguments);
        let before = project.files();
        assert!(project.add(arguments).starts_with("the contract has it already"));
        assert_eq!(project.files(), before);
    }
}

#[test]
fn diff_writes_nothing() {
    let project = Project::new(&[]);
    let before = project.files();
    let diff = project.add(&["rpc", "ShopService.Find", "--diff"]);
    assert!(
        diff.contains("+\trpc Find(FindRequest) returns (FindResponse);") && diff.contains("+    async fn find("),
        "{diff}"
    );
    let diff = project.add(&["service", "StockService", "--diff"]);
    assert!(diff.contains("+mod stock_service;") && diff.contains("+service StockService {"), "{diff}");
    assert!(
        !diff.lines().any(|line| line.starts_with('-') && !line.starts_with("---") && !line.contains("files = ")),
        "{diff}"
    );
    assert_eq!(project.files(), before);
}

#[test]
fn existing_messages_are_used_and_imported() {
    let project = Project::new(&[]);
    project.add(&["rpc", "ShopService.Drop", "--request", "Item", "--response", "google.protobuf.Empty"]);
    let text = project.text(PROTO);
    assert!(text.contains("\trpc Drop(Item) returns (google.protobuf.Empty);\n"), "{text}");
    assert!(
        text.contains("package shop.v1;\n\nimport \"google/protobuf/empty.proto\";\n")
            && !text.contains("message Drop"),
        "{text}"
    );
}

#[test]
fn a_service_is_declared_implemented_and_served() {
    for arguments in [&[][..], &["--sqlite"], &["--opt", "types=proto"]] {
        let project = Project::new(arguments);
        let before = project.files();
        project.add(&["service", "stock.v1.StockService"]);
        project.add(&["rpc", "StockService.Count", "--client-streaming"]);
        let files = project.files();
        assert!(
            project
                .text("proto/stock/v1/stock.proto")
                .contains("  rpc Count(stream CountRequest) returns (CountResponse);")
        );
        assert!(project.text("src/service/stock_service.rs").contains("async fn count("));
        assert!(project.text("src/service/mod.rs").contains("mod shop_service;\nmod stock_service;\n"));
        assert!(project.text("src/lib.rs").contains("generated::stock::v1::stock_service_adapter(stock_service)"));
        assert!(project.text("tests/wire.rs").contains("async fn stock_service_responds()"));
        assert!(project.text("rust-svc.toml").contains("files = [\"shop/v1/shop.proto\", \"stock/v1/stock.proto\"]"));
        assert!(project.text("buf.gen.yaml").contains("      - \"proto/stock/v1/stock.proto\"\n"));
        for (path, text) in
            before.iter().filter(|(path, _)| path.ends_with(".rs") && !path.to_string_lossy().contains("generated"))
        {
            assert_only_added(text, &files[path]);
        }
    }
}

/// The name of a trait is ambiguous then.
#[test]
fn services_of_one_name_are_told_apart_by_package() {
    let project = Project::new(&[]);
    project.add(&["service", "shop.v2.ShopService"]);
    let first = project.text(SERVICE);
    project.add(&["rpc", "shop.v2.ShopService.Count"]);
    assert_eq!(project.text(SERVICE), first);
    assert!(project.text("src/service/shop_v2_shop_service.rs").contains("async fn count("));
    assert!(
        project.refused(&["rpc", "ShopService.Other"]).starts_with("error: several services are named `ShopService`\n")
    );
    project.add(&["rpc", "shop.v1.ShopService.Count"]);
    assert!(project.text(SERVICE).contains("async fn count("));
}

#[test]
fn edited_code_keeps_its_lines() {
    let project = Project::new(&[]);
    let edited = project.text(SERVICE).replace("Err(svc::Error", "// ours {\n        Err( svc::Error");
    fs::write(project.0.path().join("shop").join(SERVICE), &edited).expect("a file");
    project.add(&["rpc", "ShopService.Find"]);
    assert_only_added(&edited, &project.text(SERVICE));
}

#[test]
fn mistakes_change_nothing() {
    let project = Project::new(&[]);
    for (arguments, start) in [
        (&["rpc", "Find"][..], "error: no service in `Find`\n  help: write SERVICE.METHOD"),
        (&["rpc", "Shop.Find"], "error: unknown service `Shop`\n  help: the services are shop.v1.ShopService"),
        (&["rpc", "ShopService.Fi-nd"], "error: invalid name `Fi-nd`\n  help: "),
        (&["rpc", "ShopService.Find", "--request", "other.Item"], "shop/v1/shop.proto:7:"),
        (&["service", "a..S"], "error: invalid name ``\n  help: "),
        (&["service", "Item"], "shop/v1/item.proto:5:9: error: "),
        (&["service", "S", "--project", "none"], "none: error: no such folder\n  help: "),
    ] {
        let text = project.refused(arguments);
        assert!(text.starts_with(start), "{text}");
    }
}
