//! Contracts before and after a change in `diff/`, and what is said of it; and the command over git.

use std::{fs, path::Path, process::Command};

use harness::{contracts, names};
use protoc_gen_rust_svc::{
    diagnostics::Diagnostics,
    diff::{diff, report, summary},
    lowered,
    model::Model,
    options::{Options, Types},
    read::compile::compile,
};
use tempfile::TempDir;

use crate::program::{complained, program, protoc, said};

/// Each folder is answered as its `report.txt` says. `UPDATE_GOLDEN=1` writes the answers anew.
#[test]
fn every_change_is_told() {
    let folder = contracts().join("diff");
    let mut cases: Vec<_> =
        fs::read_dir(&folder).expect("it is there").map(|entry| entry.expect("readable").path()).collect();
    cases.sort();
    assert!(cases.len() > 6, "the cases are gone");
    for case in cases {
        let told = told(&case);
        let expected = case.join("report.txt");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&expected, &told).expect("the file can be written");
        }
        let expected = fs::read_to_string(expected).unwrap_or_default();
        assert!(told == expected, "{}: told\n{told}\nnot\n{expected}", case.display());
    }
}

fn told(case: &Path) -> String {
    let mut diagnostics = Diagnostics::default();
    let (before, after) = (model(&case.join("before")), model(&case.join("after")));
    let changes = diff(&before, &after, Types::Domain, &mut diagnostics);
    report(&changes, "before") + &summary(&changes, "before") + "\n" + &diagnostics.warnings()
}

fn model(folder: &Path) -> Model {
    let mut diagnostics = Diagnostics::default();
    let files: Vec<_> = names(folder).into_iter().map(Into::into).collect();
    let input = compile(&[folder.to_owned()], &files).expect("it compiles");
    let lowered = lowered(&input, &Options::default(), &mut diagnostics);
    lowered.unwrap_or_else(|| panic!("{}", diagnostics.errors())).model
}

/// A contract does not differ from itself, whatever is in it.
#[test]
fn what_is_the_same_has_not_changed() {
    for (case, files, _) in crate::golden::CASES.iter().filter(|(case, ..)| !case.starts_with("edition")) {
        let files: Vec<_> = files.iter().map(Into::into).collect();
        let input = compile(&[contracts().join("golden")], &files).expect("it compiles");
        let model =
            || lowered(&input, &Options { include_imports: true, ..Options::default() }, &mut Diagnostics::default());
        let (before, after) = (model().expect("valid").model, model().expect("valid").model);
        for types in [Types::Domain, Types::Proto] {
            let mut diagnostics = Diagnostics::default();
            assert_eq!(diff(&before, &after, types, &mut diagnostics), [], "{case}");
            assert_eq!(diagnostics.warnings(), "");
        }
    }
}

/// A repository with a contract, of which a field is taken away after the first commit, and another file.
struct Repository(TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Self(TempDir::new().expect("a folder can be made"));
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.write(
            "proto/shop/v1/shop.proto",
            "import \"shop/v1/item.proto\"; message Order { Item item = 1; string note = 2; }",
        );
        repository.write("proto/shop/v1/item.proto", "message Item { string name = 1; }");
        repository.write(
            "proto/shop/v1/closed.proto",
            "service Closed { rpc Get(Nothing) returns (Nothing); } message Nothing {}",
        );
        repository.git(&["add", "."]);
        let who = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        repository.git(&[&who[..], &["commit", "--quiet", "-m", "one"]].concat());
        repository.write("proto/shop/v1/shop.proto", "import \"shop/v1/item.proto\"; message Order { Item item = 1; }");
        fs::remove_file(repository.0.path().join("proto/shop/v1/closed.proto")).expect("it is there");
        repository
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("the folder can be made");
        fs::write(path, format!("syntax = \"proto3\"; package shop.v1;\n{text}\n")).expect("the file can be written");
    }

    fn git(&self, arguments: &[&str]) {
        said(&Command::new("git").args(arguments).current_dir(self.0.path()).output().expect("git runs"));
    }

    /// The exit code, and all that is said.
    fn diff(&self, against: &str, further: &[&str]) -> (Option<i32>, String) {
        let proto = self.0.path().join("proto");
        let arguments = ["diff", "--against", against, "-I", &proto.to_string_lossy(), "shop/v1/shop.proto"];
        let output = program(&[&arguments[..], further].concat());
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + &complained(&output))
    }
}

#[test]
fn a_revision_is_compared_with_what_is_there_now() {
    let repository = Repository::new();
    for against in ["main", "HEAD"] {
        let (code, told) = repository.diff(against, &[]);
        assert_eq!(code, Some(1), "{told}");
        let lines: Vec<_> = told.lines().collect();
        assert_eq!(lines[0], "RUST      WIRE      HTTP");
        assert_eq!(lines[1], "breaking  breaking  breaking  shop/v1/shop.proto:2:30: shop.v1.Order.note: was removed");
        let gone = |what: &str| format!("{against}:shop/v1/closed.proto:2:{what} was removed");
        assert!(lines[2].ends_with(&gone("1: service shop.v1.Closed")), "{told}");
        assert!(lines[3].ends_with(&gone("56: message shop.v1.Nothing")), "{told}");
        assert!(
            told.contains("shop/v1/shop.proto:2:30: warning[W0604]: number 2 of shop.v1.Order, formerly `note`"),
            "{told}"
        );
        let summary = format!("3 changes since {against}: 3 breaking Rust, 2 breaking the wire, 1 breaking HTTP");
        assert_eq!(lines[lines.len() - 1], summary);
    }
}

#[test]
fn what_may_break_is_allowed_by_name() {
    let repository = Repository::new();
    assert_eq!(repository.diff("main", &["--allow", "rust,wire"]).0, Some(1));
    assert_eq!(repository.diff("main", &["--allow", "rust,wire", "--allow", "http"]).0, Some(0));
    let (code, told) = repository.diff("main", &["--allow", "rust,wire,http", "--opt", "deny=unreserved-removal"]);
    assert!(code == Some(1) && told.contains("error[W0604]"), "{told}");
    repository.git(&["checkout", "--quiet", "."]);
    assert_eq!(repository.diff("main", &[]), (Some(0), "no changes since main\n".to_owned()));
}

/// A method more breaks no implementation of a trait whose functions have bodies.
#[test]
fn a_method_with_a_body_is_safe() {
    let repository = Repository::new();
    repository.git(&["checkout", "--quiet", "."]);
    let methods = "rpc Get(Nothing) returns (Nothing); rpc Fresh(Nothing) returns (Nothing);";
    repository.write("proto/shop/v1/closed.proto", &format!("service Closed {{ {methods} }} message Nothing {{}}"));
    for (further, code) in [(&["shop/v1/closed.proto"][..], 1), (&["shop/v1/closed.proto", "--opt", BODIES], 0)] {
        let told = repository.diff("main", further);
        assert!(told.0 == Some(code) && told.1.contains("shop.v1.Closed.Fresh was added"), "{told:?}");
    }
}

const BODIES: &str = "default_methods=unimplemented";

#[test]
fn a_descriptor_set_is_compared_too() {
    let repository = Repository::new();
    repository.git(&["checkout", "--quiet", "."]);
    let set = repository.0.path().join("before.binpb");
    let descriptor_set = format!("--descriptor_set_out={}", set.display());
    let arguments = ["--include_imports", "--include_source_info", &descriptor_set];
    said(&protoc(&repository.0.path().join("proto"), &arguments, &["shop/v1/shop.proto"]));
    repository
        .write("proto/shop/v1/shop.proto", "import \"shop/v1/item.proto\"; message Order { repeated Item item = 1; }");
    let (code, told) = repository.diff(&set.to_string_lossy(), &[]);
    assert!(code == Some(1) && told.contains("shop.v1.Order.item: has type `Vec<shop::v1::Item>`"), "{told}");
}

/// Files of editions are compared as descriptors, and how to make these is said.
#[test]
fn editions_are_compared_as_descriptors() {
    let repository = Repository::new();
    let file = repository.0.path().join("proto/shop/v1/shop.proto");
    fs::write(&file, "edition = \"2023\"; package shop.v1;\n").expect("the file can be written");
    let (code, told) = repository.diff("main", &[]);
    let place =
        "shop/v1/shop.proto:1:1: error: the built-in reader does not support editions\n  help: compare descriptor sets";
    assert!(code == Some(1) && told.starts_with(place), "{told}");
    assert!(told.contains("buf build '.git#ref=main' --output before.binpb"), "{told}");
}

/// What cannot be compared is said, with what to do.
#[test]
fn what_is_no_contract_is_refused() {
    let repository = Repository::new();
    let text = repository.0.path().join("proto/shop/v1/shop.proto");
    let empty = repository.0.path().join("empty");
    fs::write(&empty, "").expect("the file can be written");
    for (against, message) in [
        ("no-such-branch", "error: `no-such-branch` is neither a file nor a git revision"),
        ("--upload-pack", "is neither a file nor a git revision"),
        (&*text.to_string_lossy(), "shop.proto: error: the file is not a FileDescriptorSet"),
        (&*empty.to_string_lossy(), "empty: error: the descriptor set is empty"),
    ] {
        let against = format!("--against={against}");
        let proto = repository.0.path().join("proto");
        let output = program(&["diff", &against, "-I", &proto.to_string_lossy(), "shop/v1/shop.proto"]);
        let told = complained(&output);
        assert!(output.status.code() == Some(1) && told.contains(message) && told.contains("help: "), "{told}");
    }
    fs::remove_dir_all(repository.0.path().join(".git")).expect("it is there");
    let (code, told) = repository.diff("main", &[]);
    assert!(code == Some(1) && told.contains("not in a git repository") && told.contains("help: "), "{told}");
}
