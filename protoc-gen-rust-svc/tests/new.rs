//! `protoc-gen-rust-svc new`. `tests/contracts/new-project` at the root of the repository builds a new project.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

/// A folder with `.proto` files, in which the program runs.
struct Home(TempDir);

impl Home {
    fn new(protos: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        for (name, text) in protos {
            let path = home.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, format!("syntax = \"proto3\";\n{text}")).expect("a file");
        }
        Self(home)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs the program. The runtime is a repository unless the arguments name a checkout.
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_protoc-gen-rust-svc"));
        if !arguments.contains(&"--runtime-path") {
            command.args(["new", "--runtime-git", RUNTIME]).args(&arguments[1..]);
        } else {
            command.args(arguments);
        }
        command.current_dir(self.0.path()).output().expect("a program")
    }

    fn made(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    /// The error of a run that creates nothing.
    fn rejected(&self, arguments: &[&str]) -> String {
        let before = files(self.0.path());
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert_eq!(files(self.0.path()), before);
        String::from_utf8(output.stderr).expect("text")
    }

    /// The files of a project. Fails if its Rust code or its manifest is invalid.
    fn project(&self, name: &str) -> BTreeMap<String, String> {
        let files = files(&self.path(name));
        for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".rs")) {
            syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}\n{text}"));
        }
        let cargo = Command::new(env!("CARGO")).arg("read-manifest").current_dir(self.path(name)).output();
        let cargo = cargo.expect("cargo");
        assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
        files
    }
}

/// The text of each file, by its path.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(next) = todo.pop() {
        for entry in fs::read_dir(&next).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                todo.push(entry);
            } else {
                let name = entry.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
                files.insert(name, fs::read_to_string(&entry).expect("text"));
            }
        }
    }
    files
}

/// The repository of the runtime.
const RUNTIME: &str = "https://git.example/rust-svc.git";

const ORDER: (&str, &str) = (
    "order/v1/order.proto",
    r#"package order.v1;
    import "google/api/annotations.proto";
    import "google/protobuf/empty.proto";
    import "money/money.proto";
    service OrderService {
      rpc Place(Order) returns (money.Money) { option (google.api.http) = {post: "/v1/orders" body: "*"}; }
      rpc Watch(google.protobuf.Empty) returns (stream Order);
      rpc Upload(stream Order) returns (google.protobuf.Empty);
      rpc Type(stream Order) returns (stream money.Money);
    }
    message Order { string order_id = 1; }"#,
);
const MONEY: (&str, &str) = ("money/money.proto", "package money;\nmessage Money { int64 cents = 1; }");
const NOTES: (&str, &str) = (
    "notes.proto",
    "service Mod { rpc Add(Note) returns (Note); }\nservice Type {}\nmessage Note { string text = 1; }",
);

#[test]
fn project_is_complete() {
    let home = Home::new(&[ORDER, MONEY]);
    let output = home.made(&["new", "shop", "--proto", "order/v1/order.proto"]);
    assert!(output.contains("src/service/order_service.rs: order.v1.OrderService, 4 methods\n"), "{output}");

    let files = home.project("shop");
    let made: Vec<_> = files.keys().filter(|path| !path.starts_with("src/generated/")).map(String::as_str).collect();
    assert_eq!(
        made,
        [
            ".dockerignore",
            ".github/workflows/ci.yaml",
            ".gitignore",
            "Cargo.toml",
            "Dockerfile",
            "README.md",
            "buf.gen.yaml",
            "buf.yaml",
            "config.toml",
            "examples/client.rs",
            "proto/google/api/annotations.proto",
            "proto/google/api/http.proto",
            "proto/money/money.proto",
            "proto/order/v1/order.proto",
            "rust-svc.toml",
            "src/lib.rs",
            "src/main.rs",
            "src/service/mod.rs",
            "src/service/order_service.rs",
            "src/settings.rs",
            "src/telemetry.rs",
            "tests/fake.rs",
            "tests/process.rs",
            "tests/wire.rs",
        ]
    );
    assert_eq!(files["proto/money/money.proto"], fs::read_to_string(home.path("money/money.proto")).expect("text"));
    assert!(files["Cargo.toml"].contains(&format!("rust-svc = {{ git = \"{RUNTIME}\"")));
}

#[test]
fn signatures_match_the_trait() {
    let home = Home::new(&[ORDER, MONEY]);
    home.made(&["new", "shop", "--proto", "order/v1/order.proto"]);
    let service = home.project("shop")["src/service/order_service.rs"].split_whitespace().collect::<String>();
    for signature in [
        "place(&self,_cx:svc::Context,_request:api::Order,)->svc::Result<crate::generated::money::Money>{",
        "watch(&self,_cx:svc::Context,_request:(),)->svc::Result<svc::Streaming<api::Order>>{",
        "upload(&self,_cx:svc::Context,_request:svc::Streaming<api::Order>,)->svc::Result<()>{",
        "r#type(&self,_cx:svc::Context,_request:svc::Streaming<api::Order>,)\
         ->svc::Result<svc::Streaming<crate::generated::money::Money>>{",
    ] {
        // A list that fits on a line has no comma behind it.
        let on_one_line = signature.replace(",)", ")");
        assert!(service.contains(signature) || service.contains(&on_one_line), "{signature}\n{service}");
    }
}

/// The commands of README and `buf.gen.yaml` generate the same files.
#[test]
fn documented_command_regenerates_the_same_files() {
    let home = Home::new(&[ORDER, MONEY, NOTES]);
    home.made(&["new", "shop", "--proto", "order/v1/order.proto", "notes.proto"]);
    let before = home.project("shop");
    let command =
        before["README.md"].lines().find_map(|line| line.strip_prefix("protoc-gen-rust-svc ")).expect("a command");
    let arguments: Vec<_> = command.split(' ').collect();
    fs::remove_dir_all(home.path("shop/src/generated")).expect("a folder");
    let program =
        Command::new(env!("CARGO_BIN_EXE_protoc-gen-rust-svc")).args(arguments).current_dir(home.path("shop")).status();
    assert!(program.expect("a program").success());
    assert_eq!(files(&home.path("shop")), before);
}

#[test]
fn project_may_have_several_services() {
    let twin = ("twin.proto", "package shop.v2;\nservice Mod { rpc Add(Note) returns (Note); }\nmessage Note {}");
    let home = Home::new(&[ORDER, MONEY, NOTES, twin]);
    home.made(&["new", "shop", "--proto", "order/v1/order.proto", "--proto", "notes.proto", "twin.proto"]);
    let files = home.project("shop");
    let services: Vec<_> = files.keys().filter_map(|path| path.strip_prefix("src/service/")).collect();
    assert_eq!(services, ["mod.rs", "mod2.rs", "order_service.rs", "shop_v2_mod.rs", "type.rs"]);
    assert!(files["src/service/mod.rs"].contains("mod r#type;"));
    assert!(files["src/lib.rs"].contains("generated::shop::v2::mod_adapter(shop_v2_mod)"), "{}", files["src/lib.rs"]);
    assert!(!files["src/lib.rs"].contains("mod_gateway"));
}

#[test]
fn proto_files_are_found_by_path() {
    let home = Home::new(&[("protos/notes.proto", NOTES.1), ("here/x", "")]);
    let elsewhere = home.path("protos/notes.proto");
    for (folder, arguments, name) in [
        ("a", vec!["protos/notes.proto"], "protos/notes.proto"),
        ("b", vec!["protos/notes.proto", "-I", "protos"], "notes.proto"),
        ("c", vec!["notes.proto", "-I", ".", "-I", "protos"], "notes.proto"),
        ("d", vec![elsewhere.to_str().expect("text")], "notes.proto"),
    ] {
        home.made(&[&["new", folder, "--name", "notes", "--proto"], &arguments[..]].concat());
        assert!(home.project(folder).contains_key(&format!("proto/{name}")), "{folder}");
    }
}

#[test]
fn folder_must_be_empty() {
    let home = Home::new(&[NOTES, ("full/.hidden", ""), ("file", "")]);
    let output = home.rejected(&["new", "full", "--proto", "notes.proto"]);
    assert_eq!(
        output,
        "full: error: the folder is not empty: it has .hidden\n  help: name a folder that does not exist, or an empty one\n"
    );
    assert!(home.rejected(&["new", "file", "--proto", "notes.proto"]).starts_with("file: error: not a folder\n"));
    home.made(&["new", "full/empty", "--proto", "notes.proto"]);
    assert!(home.rejected(&["new", "full/empty", "--proto", "notes.proto"]).contains("is not empty"));
}

#[test]
fn empty_folder_is_accepted() {
    let home = Home::new(&[NOTES]);
    fs::create_dir(home.path("empty")).expect("a folder");
    home.made(&["new", "empty", "--proto", "notes.proto"]);
    assert!(home.project("empty")["Cargo.toml"].contains("name = \"empty\""));
}

#[test]
fn package_name_is_checked() {
    let home = Home::new(&[NOTES]);
    let output = home.rejected(&["new", "type", "--proto", "notes.proto"]);
    assert_eq!(
        output,
        "error: invalid package name \"type\": it is a Rust keyword\n  help: pass another one, such as --name type-service\n"
    );
    home.made(&["new", "type", "--name", "note-keeper", "--proto", "notes.proto"]);
    let files = home.project("type");
    assert!(files["Cargo.toml"].contains("name = \"note-keeper\""));
    assert!(files["src/main.rs"].contains("note_keeper::server()"));
}

#[test]
fn errors_have_positions() {
    let home = Home::new(&[
        MONEY,
        ("bad.proto", "message {}\n"),
        ("unknown.proto", "service S { rpc A(B) returns (B); }\n"),
        (
            "route.proto",
            "import \"google/api/annotations.proto\";\nmessage M {}\nservice S {\n  rpc A(M) returns (M) { option \
             (google.api.http) = {get: \"/v1/{id}\"}; }\n}\n",
        ),
    ]);
    for (proto, start) in [
        ("bad.proto", "bad.proto:2:9: error: "),
        ("unknown.proto", "unknown.proto:2:19: error: "),
        ("route.proto", "route.proto:5:"),
        ("missing.proto", "missing.proto: error: no such file\n  help: name a file by its path"),
        ("bat.proto", "bat.proto: error: no such file\n  help: did you mean `bad.proto`?\n"),
        ("money/mony.proto", "money/mony.proto: error: no such file\n  help: did you mean `money/money.proto`?\n"),
        ("nowhere/money.proto", "nowhere/money.proto: error: no such file\n  help: "),
        ("money", "money: error: a folder, not a .proto file\n  help: "),
        ("money/money.proto", "money/money.proto: error: no service\n  help: "),
    ] {
        let output = home.rejected(&["new", "shop", "--proto", proto]);
        assert!(output.starts_with(start), "{output}");
    }
}

#[test]
fn runtime_may_be_a_checkout() {
    let home = Home::new(&[NOTES]);
    fs::create_dir(home.path("runtime")).expect("a folder");
    let arguments = ["new", "a/b/shop", "--proto", "notes.proto", "--runtime-path", "runtime"];
    let output = home.rejected(&arguments);
    assert!(output.starts_with("runtime: error: not the crate rust-svc\n  help: "), "{output}");
    fs::write(home.path("runtime/Cargo.toml"), "[package]\nname = \"rust-svc\"\n").expect("a file");
    home.made(&arguments);
    assert!(home.project("a/b/shop")["Cargo.toml"].contains("rust-svc = { path = \"../../../runtime\""));
}

#[test]
fn rules_enable_the_feature_validate() {
    let rules = "package buf.validate;\nimport \"google/protobuf/descriptor.proto\";\nmessage Rules { int32 x = 1; }\n\
                 extend google.protobuf.FieldOptions { optional Rules field = 1159; }\n";
    let shop = "package shop;\nimport \"buf/validate/validate.proto\";\n\
                message M { string name = 1 [(buf.validate.field).x = 1]; }\n\
                service S { rpc A(M) returns (M); }\n";
    let home = Home::new(&[NOTES, ("buf/validate/validate.proto", rules), ("shop.proto", shop)]);
    home.made(&["new", "shop", "--proto", "shop.proto"]);
    let shop = home.project("shop");
    assert!(shop["Cargo.toml"].contains("features = [\"full\", \"otlp\", \"validate\"]"));
    assert!(shop["Dockerfile"].contains("protobuf-compiler") && shop["README.md"].contains("PROTOC"));
    home.made(&["new", "notes", "--proto", "notes.proto"]);
    let notes = home.project("notes");
    assert!(notes["Cargo.toml"].contains("features = [\"full\", \"otlp\"]"));
    assert!(!notes["Dockerfile"].contains("protobuf-compiler") && !notes["README.md"].contains("PROTOC"));
}

#[test]
fn proto_path_adds_to_the_folders_of_the_files() {
    let home = Home::new(&[ORDER, ("third_party/money/money.proto", MONEY.1)]);
    home.made(&["new", "shop", "--proto", "order/v1/order.proto", "-I", "third_party"]);
    let files = home.project("shop");
    assert!(files.contains_key("proto/order/v1/order.proto") && files.contains_key("proto/money/money.proto"));
}

#[test]
fn called_services_get_clients_only() {
    let home = Home::new(&[ORDER, MONEY, NOTES]);
    home.made(&["new", "shop", "--proto", "notes.proto", "--client", "order/v1/order.proto"]);
    let files = home.project("shop");
    assert!(files["src/clients.rs"].contains("crate::generated::order::v1::OrderServiceClient::new(client)"));
    assert!(files["src/settings.rs"].contains("pub order_service_address: Option<String>"));
    assert!(!files.contains_key("src/service/order_service.rs") && !files["src/lib.rs"].contains("order_service"));
    assert!(files.contains_key("src/generated/order/v1/client.rs") && files.contains_key("proto/order/v1/order.proto"));
    assert!(files.contains_key("src/generated/order/v1/fake.rs"));
    assert!(!files.keys().any(|path| path.ends_with("v1/adapter.rs") || path.ends_with("v1/gateway.rs")));
    assert!(files["rust-svc.toml"].contains("client_only = \".order.v1\"\n"), "{}", files["rust-svc.toml"]);

    let output = home.rejected(&["new", "none", "--proto", "money/money.proto", "--client", "notes.proto"]);
    assert!(output.starts_with("money/money.proto: error: no service\n"), "{output}");
}

#[test]
fn folder_may_have_a_git_repository() {
    let home = Home::new(&[NOTES, ("shop/.git/HEAD", "")]);
    home.made(&["new", "shop", "--proto", "notes.proto"]);
    assert!(home.project("shop").contains_key("Cargo.toml"));
    assert!(home.rejected(&["new", "shop", "--proto", "notes.proto"]).contains("is not empty"));
}

/// Lints come after the success, on the other stream, and the next command comes last.
#[test]
fn output_ends_with_the_next_command() {
    let home = Home::new(&[NOTES]);
    let output = home.run(&["new", "shop", "--proto", "notes.proto"]);
    let lints = String::from_utf8(output.stderr).expect("text");
    assert!(lints.contains("warning[W0601]"), "{lints}");
    let output = String::from_utf8(output.stdout).expect("text");
    assert!(
        output.starts_with("created ") && output.ends_with("\nnext:\n  cd shop\n  cargo test\n  cargo run\n"),
        "{output}"
    );
}

#[test]
fn project_in_a_workspace_becomes_a_member() {
    let home = Home::new(&[NOTES]);
    fs::write(home.path("Cargo.toml"), "[workspace]\nmembers = [] # ours\n").expect("a file");
    let output = home.made(&["new", "services/shop", "--proto", "notes.proto"]);
    assert!(output.contains("added services/shop to the members of "), "{output}");
    let manifest = fs::read_to_string(home.path("Cargo.toml")).expect("text");
    assert_eq!(manifest, "[workspace]\nmembers = [\"services/shop\"] # ours\n");
    let files = home.project("services/shop");
    assert!(files["Dockerfile"].contains("cargo build --release --package shop"), "{}", files["Dockerfile"]);
    assert!(!files.contains_key(".gitignore") && !files.contains_key(".dockerignore"));
}

#[test]
fn workspace_is_started_with_a_first_member() {
    let home = Home::new(&[ORDER, MONEY]);
    let output = home.made(&["new", "shop", "--workspace", "--proto", "order/v1/order.proto"]);
    assert!(
        output.contains("created a workspace in shop\n") && output.contains("\n  cd shop\n  cargo test\n"),
        "{output}"
    );
    let manifest = fs::read_to_string(home.path("shop/Cargo.toml")).expect("text");
    assert_eq!(manifest, "[workspace]\nresolver = \"3\"\nmembers = [\"order-service\"]\n");
    assert!(home.project("shop/order-service")["Cargo.toml"].contains("name = \"order-service\""));

    let output = home.rejected(&["new", "shop/other", "--workspace", "--proto", "order/v1/order.proto"]);
    assert!(output.starts_with("shop/other: error: the folder is in the workspace of "), "{output}");
    home.made(&["new", "shop/other", "--proto", "order/v1/order.proto"]);
    let manifest = fs::read_to_string(home.path("shop/Cargo.toml")).expect("text");
    assert!(manifest.contains("members = [\"order-service\", \"other\"]"), "{manifest}");
}

#[test]
fn workspace_that_is_not_toml_is_an_error() {
    let home = Home::new(&[NOTES]);
    fs::write(home.path("Cargo.toml"), "[workspace\n").expect("a file");
    let output = home.rejected(&["new", "shop", "--proto", "notes.proto"]);
    assert!(output.contains("Cargo.toml: error: TOML parse error at line 1"), "{output}");
}

/// A project that depends on an unpublished crate would not build.
#[test]
fn source_of_the_runtime_is_required() {
    let home = Home::new(&[NOTES]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_protoc-gen-rust-svc"));
    command.args(["new", "shop", "--proto", "notes.proto"]).current_dir(home.0.path());
    let output = command.output().expect("a program");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.starts_with("error: rust-svc is not on crates.io yet") && text.contains("--runtime-git"), "{text}");
    assert!(!home.path("shop").exists());
}
