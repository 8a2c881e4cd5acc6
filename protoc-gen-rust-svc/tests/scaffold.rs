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
        let output = home.run(&[
            "new",
            "shop",
            "--tls",
            "--proto",
            "shop.proto",
            "--runtime-git",
            "https://git.example/rust-svc.git",
        ]);
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
        let text = String::from_utf8(output.stdout).expect("text");
        text.strip_suffix(NEXT).map_or(text.clone(), str::to_owned)
    }
}

/// The command that is next after a change of the contract.
const NEXT: &str = "\nnext:\n  cd shop\n  protoc-gen-rust-svc generate\n";

/// Code of an older contract would not compile with the new methods.
#[test]
fn the_command_that_generates_code_is_next() {
    let project = Project::new();
    let sync = || {
        let output = project.run(&["scaffold", "--sync", "--project", "shop"]);
        String::from_utf8(output.stdout).expect("text")
    };
    assert_eq!(sync(), "every method is implemented\n");
    project.declare("rpc Watch(Item) returns (stream Item);");
    assert!(sync().ends_with(NEXT));
    let mut generate = Command::new(env!("CARGO_BIN_EXE_protoc-gen-rust-svc"));
    assert!(generate.arg("generate").current_dir(project.path("")).status().expect("a program").success());
    assert_eq!(sync(), "every method is implemented\n");
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
    let twice =
        project.text("src/service/moved.rs").replace("impl api::", "impl api::ShopService for X {}\nimpl api::");
    fs::write(project.path("src/service/moved.rs"), twice).expect("a file");
    let said = project.sync(&[]);
    assert_eq!(said, "shop.v1.ShopService: no file below src has one `impl ShopService for ...`\n");
    fs::remove_file(project.path("src/service/moved.rs")).expect("a file");
    assert_eq!(project.sync(&[]), "src/service/shop_service.rs: new\n");
}

/// Each kind of change keeps the lines of the user, and a second run changes nothing.
#[test]
fn changed_methods_are_disabled_and_replaced() {
    const CHANGED: &str = "    #[cfg(false)] // shop.v1.ShopService has other types now: move its code to the new `add`\n    async fn add(";
    const REMOVED: &str = "    #[cfg(false)] // shop.v1.ShopService no longer has it: move its code to another method, or remove it\n    async fn add(";
    for (before, after, disabled, added) in [
        ("rpc Add(Item) returns (Item);", "", REMOVED, ""),
        ("rpc Add(", "rpc Put(", REMOVED, "    async fn put("),
        (
            "rpc Add(Item)",
            "rpc Add(Other)",
            CHANGED,
            "    async fn add(&self, _cx: svc::Context, _request: api::Other)",
        ),
        ("returns (Item)", "returns (Other)", CHANGED, "-> svc::Result<api::Other>"),
        ("rpc Add(Item)", "rpc Add(stream Item)", CHANGED, "_request: svc::Streaming<api::Item>"),
        ("returns (Item)", "returns (stream Item)", CHANGED, "-> svc::Result<svc::Streaming<api::Item>>"),
    ] {
        let project = Project::new();
        let tests = ["tests/wire.rs", "tests/fake.rs", "tests/process.rs", "tests/tls.rs"];
        let files: Vec<_> = [SERVICE, "examples/client.rs"].into_iter().chain(tests).collect();
        let edited = project.text(SERVICE).replace("        Err(", "        // ours\n        Err(");
        fs::write(project.path(SERVICE), &edited).expect("a file");
        let texts = || files.iter().map(|file| project.text(file)).collect::<Vec<_>>();
        let old = texts();
        let contract = BEFORE.replace(before, after) + "message Other { string name = 1; }\n";
        fs::write(project.path("proto/shop/v1/shop.proto"), contract).expect("a file");
        let diff = project.sync(&["--diff"]);
        assert_eq!(texts(), old);
        assert!(!diff.lines().any(|line| line.starts_with('-') && !line.starts_with("---")), "{diff}");
        let said = project.sync(&[]);
        assert!(
            said.contains("src/service/shop_service.rs: add ") && said.contains("tests/fake.rs: uses of add disabled"),
            "{said}"
        );
        let service = project.text(SERVICE);
        assert!(service.contains(disabled), "{service}");
        assert!(
            service.split_whitespace().collect::<String>().contains(&added.split_whitespace().collect::<String>()),
            "{service}"
        );
        assert!(
            project
                .text("tests/wire.rs")
                .contains("    #[cfg(false)] // the contract changed `add`\n    is_unimplemented(ADD")
        );
        // A file whose only test is disabled is disabled as a whole, and so is an example.
        for (test, disabled) in [
            ("tests/process.rs", "#[cfg(false)] // the contract changed `add`\n#[tokio::test]"),
            ("tests/fake.rs", "\n#![cfg(false)] // the contract changed `add`\n"),
            ("tests/tls.rs", "\n#![cfg(false)] // the contract changed `add`\n"),
            ("examples/client.rs", "#[cfg(false)] // the contract changed `add`\n#[tokio::main]"),
            ("examples/client.rs", "\n}\n\nfn main() {}\n"),
        ] {
            assert!(project.text(test).contains(disabled), "{}", project.text(test));
        }
        for (old, file) in old.iter().zip(&files) {
            let new = project.text(file);
            syn::parse_file(&new).expect("code");
            let mut lines = new.lines();
            assert!(old.lines().all(|line| lines.any(|other| other == line)), "{new}");
        }
        assert_eq!(project.sync(&[]), "every method is implemented\n");
    }
}

/// Returns the lines that are neither disabled nor commented out.
fn active(text: &str) -> Vec<&str> {
    let mut lines = text.lines();
    let mut active = Vec::new();
    while let Some(line) = lines.next() {
        match line.trim_start() {
            line if line.starts_with("#[cfg(false)]") => drop(lines.next()),
            line if line.starts_with("/*") => drop(lines.find(|line| line.trim() == "*/")),
            _ => active.push(line),
        }
    }
    active
}

#[test]
fn services_are_implemented_and_removed_ones_disabled() {
    let project = Project::new();
    let files = ["src/lib.rs", "src/service/mod.rs"];
    let before = files.map(|file| project.text(file));
    let contract = BEFORE.to_owned() + "service StockService { rpc Count(Item) returns (stream Item); }\n";
    fs::write(project.path("proto/shop/v1/shop.proto"), contract).expect("a file");
    let said = project.sync(&[]);
    assert!(said.starts_with("src/service/stock_service.rs: new\nsrc/service/mod.rs: stock_service\nsrc/lib.rs: stock_service\ntests/wire.rs: count\n"), "{said}");
    assert_eq!(project.sync(&[]), "every method is implemented\n");
    let added = files.map(|file| project.text(file));
    project.declare("");
    let said = project.sync(&[]);
    let expected = "src/service/stock_service.rs: disabled, the contract no longer has shop.v1.StockService\n\
                    src/service/mod.rs: stock_service disabled\nsrc/lib.rs: StockServiceImpl disabled\n\
                    tests/wire.rs: stock_service_responds disabled\n";
    assert_eq!(said, expected);
    for (index, file) in files.into_iter().enumerate() {
        let text = project.text(file);
        let active: Vec<_> = active(&text).into_iter().filter(|line| *line != "mod stock_service;").collect();
        assert_eq!(active, before[index].lines().collect::<Vec<_>>(), "{text}");
        let mut lines = text.lines();
        assert!(added[index].lines().all(|line| lines.any(|other| other == line)), "{text}");
    }
    assert!(project.text("src/service/stock_service.rs").contains("\n\n#![cfg(false)] // the contract no longer has"));
    assert_eq!(project.sync(&[]), "every method is implemented\n");
}

/// The old implementation stays beside the new one, whose name has the package.
#[test]
fn a_moved_package_has_a_new_implementation() {
    let project = Project::new();
    fs::write(project.path("proto/shop/v1/shop.proto"), BEFORE.replace("shop.v1", "shop.v2")).expect("a file");
    let said = project.sync(&[]);
    let new = "src/service/shop_v2_shop_service.rs";
    assert!(said.contains(&format!("{SERVICE}: disabled, ")) && said.contains(&format!("{new}: new\n")), "{said}");
    assert!(project.text(new).contains("use crate::generated::shop::v2 as api;"));
    let tests = project.text("tests/wire.rs");
    assert!(
        tests.contains("no longer has shop.v1.ShopService\n#[tokio::test]\nasync fn shop_service_responds"),
        "{tests}"
    );
    assert!(
        tests.contains("async fn shop_v2_shop_service_responds") && tests.contains("generated::shop::v2::{self"),
        "{tests}"
    );
    let server = project.text("src/lib.rs");
    let called: Vec<_> = active(&server).into_iter().filter(|line| line.contains("_adapter(")).collect();
    assert_eq!(called, ["        .adapter(generated::shop::v2::shop_service_adapter("]);
    assert_eq!(project.sync(&[]), "every method is implemented\n");
}

/// The variable of the service has the name of a package.
#[test]
fn a_service_may_be_named_like_its_package() {
    let project = Project::new();
    fs::write(project.path("proto/shop/v1/shop.proto"), BEFORE.replace("ShopService", "Shop")).expect("a file");
    project.sync(&[]);
    fs::write(project.path("proto/shop/v1/shop.proto"), BEFORE.replace("ShopService", "Store")).expect("a file");
    let said = project.sync(&[]);
    assert!(said.contains("src/lib.rs: store\n"), "{said}");
    let server = project.text("src/lib.rs");
    assert!(active(&server).contains(&"    svc::Server::new()"), "{server}");
    // The package moves, too: what is disabled stays so beside new lines.
    fs::write(
        project.path("proto/shop/v1/shop.proto"),
        BEFORE.replace("ShopService", "Store").replace("shop.v1", "shop.v2"),
    )
    .expect("a file");
    project.sync(&[]);
    let index = project.text("src/service/mod.rs");
    let exported: Vec<_> = active(&index).into_iter().filter(|line| line.starts_with("pub use")).collect();
    assert_eq!(exported, ["pub use self::shop_v2_store::ShopV2StoreImpl;"], "{index}");
    assert_eq!(project.sync(&[]), "every method is implemented\n");
}

/// The tests of a service keep their names when another package has a service of its name.
#[test]
fn tests_of_services_of_one_name_are_found() {
    let project = Project::new();
    let add = ["add", "service", "billing.v1.ShopService", "--project", "shop"];
    assert!(project.run(&add).status.success());
    let contract = BEFORE.replace("rpc Add", "rpc Put");
    fs::write(project.path("proto/shop/v1/shop.proto"), contract).expect("a file");
    let said = project.sync(&[]);
    for expected in
        ["tests/wire.rs: uses of add disabled\n", "tests/fake.rs: uses of add disabled\n", "tests/wire.rs: put\n"]
    {
        assert!(said.contains(expected), "{said}");
    }
    assert!(project.text("tests/wire.rs").contains("is_unimplemented(PUT, service.put("));
    assert_eq!(project.sync(&[]), "every method is implemented\n");
}

/// A gateway to services of another package, one of which is renamed.
#[test]
fn removed_services_of_others_are_disabled() {
    let project = Project::new();
    let stock = "syntax = \"proto3\";\npackage stock.v1;\nimport \"google/api/annotations.proto\";\n\
                 service Stock { rpc Get(Item) returns (Item) { option (google.api.http) = {get: \"/v1/items/{name}\"}; } }\n\
                 service Other { rpc Put(Item) returns (Item) { option (google.api.http) = {put: \"/v1/items/{name}\"}; } }\n\
                 message Item { string name = 1; }\n";
    fs::write(project.0.path().join("stock.proto"), stock).expect("a file");
    fs::remove_dir_all(project.path("")).expect("a folder");
    let arguments = ["new", "shop", "--gateway", "--client", "stock.proto", "--proto", "shop.proto"];
    let output = project.run(&[&arguments[..], &["--runtime-git", "https://git.example/rust-svc.git"]].concat());
    assert!(output.status.success(), "{output:?}");
    let refused = rejected(&project, &["add", "service", "stock.v1.More"]);
    assert!(refused.starts_with("error: the project only calls services of `stock.v1`"), "{refused}");
    fs::write(project.path("proto/stock/v1/stock.proto"), stock.replace("service Stock", "service Store"))
        .expect("a file");
    let said = project.sync(&[]);
    let files = ["src/clients.rs", "src/lib.rs", "src/dependencies.rs", "tests/common/mod.rs"];
    let disabled = files.map(|file| format!("{file}: stock disabled\n")).concat();
    let expected = disabled
        + "src/clients.rs: store\nsrc/settings.rs: store_address\n\
           store: a gateway serves it if you add it to src/dependencies.rs and src/lib.rs\n";
    assert_eq!(said, expected);
    for file in files {
        let text = project.text(file);
        let marks = text.matches("// the contract no longer has stock.v1.Stock\n").count();
        let comments = text.matches("/* the contract no longer has stock.v1.Stock\n").count();
        assert_eq!(marks + comments, if file == "src/dependencies.rs" { 2 } else { 1 }, "{text}");
        assert!(active(&text).iter().any(|line| line.contains("other")), "{text}");
        syn::parse_file(&text).expect("code");
    }
    assert_eq!(project.sync(&[]), "every method is implemented\n");
}

const STOCK: &str = "syntax = \"proto3\";\npackage stock.v1;\nservice Stock { rpc Get(Item) returns (Item); }\n\
                     message Item { string name = 1; }\n";

/// A service of a contract that the project calls gets a client, also if it is the first one.
#[test]
fn services_of_others_get_clients() {
    for is_first in [false, true] {
        let project = Project::new();
        let stock = STOCK.replace("service Stock", "service Prices { rpc Get(Item) returns (Item); }\nservice Stock");
        let added = if is_first {
            fs::create_dir_all(project.path("proto/stock/v1")).expect("a folder");
            let options =
                project.text("rust-svc.toml").replace("shop.proto\"", "shop.proto\", \"stock/v1/stock.proto\"");
            fs::write(project.path("rust-svc.toml"), options + "client_only = \".stock.v1\"\n").expect("a file");
            "src/clients.rs: prices\nsrc/settings.rs: prices_address\nsrc/lib.rs: clients\n\
             src/clients.rs: stock\nsrc/settings.rs: stock_address\n"
        } else {
            fs::remove_dir_all(project.path("")).expect("a folder");
            fs::write(project.0.path().join("stock.proto"), STOCK).expect("a file");
            let arguments = ["new", "shop", "--client", "stock.proto", "--proto", "shop.proto"];
            let output =
                project.run(&[&arguments[..], &["--runtime-git", "https://git.example/rust-svc.git"]].concat());
            assert!(output.status.success(), "{output:?}");
            "src/clients.rs: prices\nsrc/settings.rs: prices_address\n"
        };
        let files = ["src/settings.rs", "src/lib.rs"].map(|file| (file, project.text(file)));
        fs::write(project.path("proto/stock/v1/stock.proto"), &stock).expect("a file");
        assert_eq!(project.sync(&[]), added);
        let clients = project.text("src/clients.rs");
        for client in ["pub fn stock(", "pub fn prices("] {
            assert_eq!(clients.matches(client).count(), 1, "{clients}");
        }
        for (file, before) in files {
            let (text, mut lines) = (project.text(file), before.lines());
            let mut lines_after = text.lines();
            assert!(lines.all(|line| lines_after.any(|other| other == line)), "{text}");
        }
        assert_eq!(project.sync(&[]), "every method is implemented\n");
    }
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

fn rejected(project: &Project, arguments: &[&str]) -> String {
    let output = project.run(&[arguments, &["--project", "shop"]].concat());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).expect("text")
}

/// A file that cannot be read might have the implementation, so it is never written again.
#[test]
fn broken_sources_are_kept() {
    let project = Project::new();
    project.declare("rpc Put(Item) returns (Item);");
    let broken = project.text(SERVICE) + "fn unfinished( {\n";
    fs::write(project.path(SERVICE), &broken).expect("a file");
    for arguments in [&["scaffold", "--sync"][..], &["add", "rpc", "ShopService.Get"]] {
        let text = rejected(&project, arguments);
        assert!(
            text.contains(&format!("{SERVICE}: error: not valid Rust: ")) && text.contains("`cargo check`"),
            "{text}"
        );
        assert_eq!(project.text(SERVICE), broken);
    }
    fs::write(project.path(SERVICE), [broken.as_bytes(), b"\xff"].concat()).expect("a file");
    let text = rejected(&project, &["scaffold", "--sync"]);
    assert!(
        text.contains(&format!("{SERVICE}:{}:1: error: invalid UTF-8\n  help: ", broken.lines().count() + 1)),
        "{text}"
    );
}

#[test]
fn files_without_the_service_are_kept() {
    let project = Project::new();
    fs::write(project.path(SERVICE), "// moved\n").expect("a file");
    let text = rejected(&project, &["scaffold", "--sync"]);
    assert!(
        text.starts_with(&format!("{SERVICE}: error: the file exists, and does not implement shop.v1.ShopService")),
        "{text}"
    );
    assert_eq!(project.text(SERVICE), "// moved\n");
}
