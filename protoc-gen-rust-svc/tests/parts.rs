//! The trees of projects with optional parts. `tests/contracts/project-parts` at the root of the repository builds them.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Output},
};

use tempfile::TempDir;

/// Contracts with a route, without one, and a place to create projects in.
fn home() -> TempDir {
    let home = TempDir::new().expect("a folder");
    let contract = |package: &str, options: &str| {
        format!(
            "syntax = \"proto3\"; package {package}.v1; import \"google/api/annotations.proto\";\n\
             service {package}Service {{ rpc Get(Note) returns (Note) {{ {options} }} }} message Note {{ string id = 1; }}\n"
        )
    };
    let route = |package: &str| format!("option (google.api.http) = {{get: \"/v1/{package}/{{id}}\"}};");
    for (name, text) in [
        ("Shop", contract("Shop", &route("shop"))),
        ("Stock", contract("Stock", &route("stock"))),
        ("Bare", contract("Bare", "")),
    ] {
        fs::write(home.path().join(format!("{name}.proto")), text).expect("a file");
    }
    home
}

fn new(home: &TempDir, name: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_protoc-gen-rust-svc"));
    command.args(["new", name, "--runtime-git", "https://git.example/rust-svc.git"]).args(arguments);
    command.current_dir(home.path()).output().expect("a program")
}

/// The files of a project but those of generated code and contracts. Fails if Rust code or TOML is invalid.
fn project(home: &TempDir, name: &str, arguments: &[&str]) -> BTreeMap<String, String> {
    let output = new(home, name, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut files = BTreeMap::new();
    collect(&home.path().join(name), &home.path().join(name), &mut files);
    files.retain(|path, _| !path.starts_with("src/generated/") && !path.starts_with("proto/"));
    for (path, text) in &files {
        if path.ends_with(".rs") {
            syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        } else if path.ends_with(".toml") {
            text.parse::<toml_edit::DocumentMut>().unwrap_or_else(|error| panic!("{path}: {error}"));
        }
        assert!(!text.contains("\n\n\n") && !text.ends_with("\n\n"), "{path} has blank lines:\n{text}");
    }
    files
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
    for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
            files.insert(name, fs::read_to_string(&path).expect("text"));
        }
    }
}

const PLAIN: &[&str] = &[
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
    "rust-svc.toml",
    "src/lib.rs",
    "src/main.rs",
    "src/service/mod.rs",
    "src/service/shop_service.rs",
    "src/settings.rs",
    "src/telemetry.rs",
    "tests/fake.rs",
    "tests/process.rs",
    "tests/wire.rs",
];

const STORE: &[&str] = &[
    "build.rs",
    "migrations/0001_start.sql",
    "src/dependencies.rs",
    "src/store.rs",
    "tests/common/mod.rs",
    "tests/store.rs",
];

#[test]
fn each_part_adds_its_files() {
    let home = home();
    let kubernetes = ["autoscaling", "deployment", "disruption", "kustomization", "service"];
    let kubernetes = kubernetes.map(|name| format!("kubernetes/{name}.yaml"));
    let kubernetes: Vec<_> = kubernetes.iter().map(String::as_str).collect();
    for (index, (arguments, added)) in [
        (&[][..], vec![]),
        (&["--sqlite"], STORE.to_vec()),
        (&["--postgres"], [STORE, &["compose.yaml"]].concat()),
        (&["--worker"], vec!["src/worker.rs", "tests/worker.rs"]),
        (&["--tls"], vec!["certificates/create", "tests/tls.rs"]),
        (&["--otel"], vec!["compose.yaml", "otel/collector.yaml"]),
        (&["--kubernetes"], kubernetes.clone()),
        (&["--envoy"], vec!["compose.yaml", "envoy/envoy.yaml"]),
        (&["--gateway"], vec![]),
        (&["--client", "Stock.proto"], vec!["src/clients.rs"]),
        (
            &["--client", "Stock.proto", "--gateway"],
            vec!["src/clients.rs", "src/dependencies.rs", "tests/common/mod.rs"],
        ),
        (
            &["--kubernetes", "--envoy"],
            [
                &kubernetes[..],
                &["compose.yaml", "envoy/envoy.yaml", "kubernetes/envoy-config.yaml", "kubernetes/envoy.yaml"],
            ]
            .concat(),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let files = project(&home, &format!("p{index}"), &[&["--proto", "Shop.proto"], arguments].concat());
        let mut expected = [PLAIN, &added].concat();
        expected.sort_unstable();
        assert_eq!(files.keys().map(String::as_str).collect::<Vec<_>>(), expected, "{arguments:?}");
    }
}

/// The files of a project, and what each argument changes in them. `UPDATE_GOLDEN=1` rewrites `tests/parts`.
#[test]
fn each_part_has_the_expected_content() {
    let home = home();
    let plain = project(&home, "shop", &["--proto", "Shop.proto"]);
    expect("plain", plain.iter().map(|(path, text)| format!("=== {path}\n{text}")).collect());
    for (name, arguments) in [
        ("sqlite", &["--sqlite"][..]),
        ("postgres", &["--postgres"]),
        ("worker", &["--worker"]),
        ("tls", &["--tls"]),
        ("otel", &["--otel"]),
        ("kubernetes", &["--kubernetes"]),
        ("envoy", &["--envoy"]),
        ("client", &["--client", "Stock.proto"]),
        ("gateway", &["--client", "Stock.proto", "--gateway"]),
        ("kubernetes-envoy-sqlite-worker", &["--kubernetes", "--envoy", "--sqlite", "--worker"]),
    ] {
        fs::remove_dir_all(home.path().join("shop")).expect("a folder");
        let files = project(&home, "shop", &[&["--proto", "Shop.proto"], arguments].concat());
        assert!(plain.keys().all(|path| files.contains_key(path)), "{name} removes a file");
        expect(name, files.iter().map(|(path, text)| difference(path, plain.get(path), text)).collect());
    }
}

/// Describes what differs from the plain project.
fn difference(path: &str, plain: Option<&String>, text: &str) -> String {
    match plain {
        None => format!("=== {path}\n{text}"),
        Some(plain) if plain == text => String::new(),
        Some(plain) => {
            let lines = similar::TextDiff::from_lines(plain.as_str(), text);
            format!("=== {path}\n{}", lines.unified_diff().context_radius(1))
        }
    }
}

fn expect(name: &str, text: String) {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/parts/{name}.txt"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(golden.parent().expect("a folder")).expect("a folder");
        fs::write(&golden, &text).expect("a file");
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    let lines = similar::TextDiff::from_lines(expected.as_str(), text.as_str());
    assert!(expected == text, "{name}: run with UPDATE_GOLDEN=1\n{}", lines.unified_diff());
}

#[test]
fn a_gateway_may_serve_only_others() {
    let home = home();
    let files = project(&home, "edge", &["--client", "Stock.proto", "--gateway"]);
    assert!(files["src/lib.rs"].contains("stock_service_gateway(") && !files["src/lib.rs"].contains(".adapter("));
    assert!(files["rust-svc.toml"].contains("gateway_only = \".Stock.v1\""));
    assert!(!files.contains_key("src/service/mod.rs") && !files.contains_key("tests/fake.rs"));
    let output = new(&home, "other", &["--client", "Bare.proto", "--gateway"]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.starts_with("error: no method of the services in --client has an HTTP route\n  help: "), "{text}");
    assert!(!home.path().join("other").exists());
}

#[test]
fn one_database_is_chosen() {
    let home = home();
    let output = new(&home, "shop", &["--proto", "Shop.proto", "--sqlite", "--postgres"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be used with"), "{output:?}");
}

#[test]
fn the_times_of_the_manifests_agree() {
    let home = home();
    let files = project(&home, "shop", &["--proto", "Shop.proto", "--kubernetes"]);
    let manifest = &files["kubernetes/deployment.yaml"];
    let number = |start: &str| {
        let rest = manifest.split_once(start).expect("a value").1;
        rest.split(|each: char| !each.is_ascii_digit())
            .next()
            .and_then(|digits| digits.parse::<u64>().ok())
            .expect("a number")
    };
    let drained = number("LAME_DUCK, value: \"") + number("DRAIN, value: \"");
    assert!(number("terminationGracePeriodSeconds: ") >= drained + 5);
}

/// A single database file has a single process.
#[test]
fn sqlite_on_kubernetes_has_one_replica() {
    let home = home();
    let files = project(&home, "shop", &["--proto", "Shop.proto", "--kubernetes", "--sqlite"]);
    assert!(files.contains_key("kubernetes/storage.yaml") && !files.contains_key("kubernetes/autoscaling.yaml"));
    assert!(files["kubernetes/deployment.yaml"].contains("replicas: 1"));
}

#[test]
fn options_of_the_generator_are_kept() {
    let home = home();
    let arguments =
        ["--proto", "Shop.proto", "--opt", "types=proto", "--opt", "map=hash,timestamp=jiff", "--opt", "allow=all"];
    let files = project(&home, "shop", &arguments);
    for line in
        ["allow = \"all\"", "include_imports = true", "map = \"hash\"", "timestamp = \"jiff\"", "types = \"proto\""]
    {
        assert!(files["rust-svc.toml"].lines().any(|other| other == line), "{line}\n{}", files["rust-svc.toml"]);
    }
    assert!(files["Cargo.toml"].contains("features = [\"full\", \"jiff\", \"otlp\"]"), "{}", files["Cargo.toml"]);
    for (option, start) in [
        ("types=plain", "error[E0101]: unknown value `plain`"),
        ("emit=domain", "error: a project needs `emit=adapter`"),
        ("split=crates", "error: a project is one crate"),
    ] {
        let output = new(&home, "other", &["--proto", "Shop.proto", "--opt", option]);
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.starts_with(start) && !home.path().join("other").exists(), "{text}");
    }
}

/// A member inherits what its workspace has, and needs no `--runtime` argument if that has the runtime.
#[test]
fn members_inherit_from_the_workspace() {
    let home = home();
    let workspace = "[workspace]\nmembers = []\nresolver = \"3\"\n[workspace.package]\nedition = \"2024\"\nlicense = \"MIT\"\n\
                     [workspace.dependencies]\nrust-svc = { git = \"https://git.example/rust-svc.git\" }\ntracing = \"0.1\"\n\
                     [workspace.lints.rust]\nunsafe_code = \"forbid\"\n";
    fs::write(home.path().join("Cargo.toml"), workspace).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_protoc-gen-rust-svc"));
    let output =
        command.args(["new", "shop", "--proto", "Shop.proto"]).current_dir(home.path()).output().expect("a program");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let manifest = fs::read_to_string(home.path().join("shop/Cargo.toml")).expect("text");
    for line in [
        "edition.workspace = true",
        "license.workspace = true",
        "tracing = { workspace = true, default-features = true }",
        "[lints]",
    ] {
        assert!(manifest.contains(line), "{line}\n{manifest}");
    }
    assert!(
        manifest.contains("rust-svc = { workspace = true, default-features = true, features = [\"full\", \"otlp\"] }"),
        "{manifest}"
    );
    let cargo =
        Command::new(env!("CARGO")).arg("read-manifest").current_dir(home.path().join("shop")).output().expect("cargo");
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
}

/// buf requires that a file is in the folder of its package.
#[test]
fn contracts_move_to_the_folders_of_their_packages() {
    let home = home();
    let shared = "syntax = \"proto3\"; package common.v1; message Id { string id = 1; }\n";
    let shop = "syntax = \"proto3\"; package shop.v1;\nimport 'types.proto'; // import \"types.proto\"\n\
                service Shop { rpc Get(common.v1.Id) returns (common.v1.Id); }\n";
    fs::write(home.path().join("types.proto"), shared).expect("a file");
    fs::write(home.path().join("api.proto"), shop).expect("a file");
    project(&home, "shop", &["--proto", "api.proto"]);
    let text = fs::read_to_string(home.path().join("shop/proto/shop/v1/api.proto")).expect("text");
    assert!(text.contains("import 'common/v1/types.proto';"), "{text}");
    assert_eq!(fs::read_to_string(home.path().join("shop/proto/common/v1/types.proto")).expect("text"), shared);
}
