//! Contracts before and after a change in `diff/`, and the reports on it; and the command over git.

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

use crate::program::{PROGRAM, program, protoc, stderr_of, stdout_of};

/// Each folder has its `report.txt`. `UPDATE_GOLDEN=1` rewrites the reports.
#[test]
fn every_breaking_change_is_reported() {
    let folder = contracts().join("diff");
    let mut cases: Vec<_> =
        fs::read_dir(&folder).expect("it is there").map(|entry| entry.expect("readable").path()).collect();
    cases.sort();
    assert!(cases.len() > 6, "the cases are gone");
    for case in cases {
        let found = full_report(&case);
        let expected = case.join("report.txt");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&expected, &found).expect("the file can be written");
        }
        let expected = fs::read_to_string(expected).unwrap_or_default();
        assert!(found == expected, "{}: the report is\n{found}\nnot\n{expected}", case.display());
    }
}

fn full_report(case: &Path) -> String {
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

/// Compares each contract with itself.
#[test]
fn an_unchanged_contract_has_no_changes() {
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

/// A repository with two files. A field is removed from the contract after the first commit.
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
        stdout_of(&Command::new("git").args(arguments).current_dir(self.0.path()).output().expect("git runs"));
    }

    fn write_edition(&self, text: &str) {
        let path = self.0.path().join("proto/shop/v1/shop.proto");
        fs::write(path, format!("edition = \"2023\"; package shop.v1;\n{text}\n")).expect("the file can be written");
    }

    fn commit(&self) {
        let who = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        self.git(&[&who[..], &["commit", "--quiet", "--all", "-m", "another"]].concat());
    }

    /// The exit code, and the whole output.
    fn diff(&self, against: &str, further: &[&str]) -> (Option<i32>, String) {
        self.diff_with(&[], against, further)
    }

    fn diff_with(&self, variables: &[(&str, &Path)], against: &str, further: &[&str]) -> (Option<i32>, String) {
        let proto = self.0.path().join("proto");
        let mut command = Command::new(&*PROGRAM);
        command.args(["diff", "--against", against, "-I"]).arg(proto).arg("shop/v1/shop.proto").args(further);
        let output = command.envs(variables.iter().copied()).output().expect("the program runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + &stderr_of(&output))
    }
}

#[test]
fn a_revision_is_compared_with_the_working_tree() {
    let repository = Repository::new();
    for against in ["main", "HEAD"] {
        let (code, report) = repository.diff(against, &[]);
        assert_eq!(code, Some(1), "{report}");
        let lines: Vec<_> = report.lines().collect();
        assert_eq!(lines[0], "RUST      WIRE      HTTP");
        assert_eq!(lines[1], "breaking  breaking  breaking  shop/v1/shop.proto:2:30: shop.v1.Order.note: was removed");
        let gone = |what: &str| format!("{against}:shop/v1/closed.proto:2:{what} was removed");
        assert!(lines[2].ends_with(&gone("1: service shop.v1.Closed")), "{report}");
        assert!(lines[3].ends_with(&gone("56: message shop.v1.Nothing")), "{report}");
        assert!(
            report.contains("shop/v1/shop.proto:2:30: warning[W0604]: number 2 of shop.v1.Order, formerly `note`"),
            "{report}"
        );
        let summary = format!("3 changes since {against}: 3 breaking Rust, 2 breaking the wire, 1 breaking HTTP");
        assert_eq!(lines[lines.len() - 1], summary);
    }
}

#[test]
fn a_breaking_change_can_be_allowed_by_name() {
    let repository = Repository::new();
    assert_eq!(repository.diff("main", &["--allow", "rust,wire"]).0, Some(1));
    assert_eq!(repository.diff("main", &["--allow", "rust,wire", "--allow", "http"]).0, Some(0));
    let (code, report) = repository.diff("main", &["--allow", "rust,wire,http", "--opt", "deny=unreserved-removal"]);
    assert!(code == Some(1) && report.contains("error[W0604]"), "{report}");
    repository.git(&["checkout", "--quiet", "."]);
    assert_eq!(repository.diff("main", &[]), (Some(0), "no changes since main\n".to_owned()));
}

/// A new method breaks no implementation of a trait with default methods.
#[test]
fn a_new_default_method_breaks_nothing() {
    let repository = Repository::new();
    repository.git(&["checkout", "--quiet", "."]);
    let methods = "rpc Get(Nothing) returns (Nothing); rpc Fresh(Nothing) returns (Nothing);";
    repository.write("proto/shop/v1/closed.proto", &format!("service Closed {{ {methods} }} message Nothing {{}}"));
    for (further, code) in [(&["shop/v1/closed.proto"][..], 1), (&["shop/v1/closed.proto", "--opt", BODIES], 0)] {
        let report = repository.diff("main", further);
        assert!(report.0 == Some(code) && report.1.contains("shop.v1.Closed.Fresh was added"), "{report:?}");
    }
}

const BODIES: &str = "default_methods=unimplemented";

#[test]
fn descriptor_sets_are_compared() {
    let repository = Repository::new();
    repository.git(&["checkout", "--quiet", "."]);
    let set = repository.0.path().join("before.binpb");
    let descriptor_set = format!("--descriptor_set_out={}", set.display());
    let arguments = ["--include_imports", "--include_source_info", &descriptor_set];
    stdout_of(&protoc(&repository.0.path().join("proto"), &arguments, &["shop/v1/shop.proto"]));
    repository
        .write("proto/shop/v1/shop.proto", "import \"shop/v1/item.proto\"; message Order { repeated Item item = 1; }");
    let (code, report) = repository.diff(&set.to_string_lossy(), &[]);
    assert!(code == Some(1) && report.contains("shop.v1.Order.item: has type `Vec<shop::v1::Item>`"), "{report}");
}

/// Without protoc, a help line shows the commands that compare files of editions as descriptors.
#[test]
fn editions_need_protoc() {
    let repository = Repository::new();
    repository.write_edition("message Order {}");
    let path = repository.0.path().join("no-programs");
    let (code, report) = repository.diff_with(&[("PATH", &path), ("PROTOC", Path::new(""))], "main", &[]);
    let place = "shop/v1/shop.proto:1:1: error: the built-in reader does not support editions\n  help: install protoc";
    assert!(code == Some(1) && report.starts_with(place), "{report}");
    assert!(report.contains("buf build '.git#ref=main' --output before.binpb"), "{report}");
}

/// Files of editions are compared with a revision, whichever of the two versions is one.
#[test]
fn a_revision_may_be_of_an_edition() {
    let repository = Repository::new();
    let vendored = protoc_bin_vendored::protoc_bin_path().expect("there is one for this machine");
    let diff = |against: &str| repository.diff_with(&[("PROTOC", &vendored)], against, &["--format", "json"]).1;
    let removed = "shop.v1.Order.note: was removed";
    repository.write_edition("import \"shop/v1/item.proto\"; message Order { Item item = 1; }");
    assert!(diff("main").contains(removed), "{}", diff("main"));
    repository.commit();
    repository.write("proto/shop/v1/shop.proto", "message Order {}");
    assert!(diff("main").contains("shop.v1.Order.item: was removed"), "{}", diff("main"));
    let named = format!("--protoc={}", vendored.display());
    let (code, report) = repository.diff("HEAD~1", &[&named]);
    assert!(code == Some(1) && report.contains(removed), "{report}");
}

/// The work does not grow with the square of a message or an enum.
#[test]
fn wide_contracts_are_compared() {
    let repository = Repository::new();
    let contract = |kind: &str| {
        let fields: String = (1..5_000).map(|number| format!("{kind} f{number} = {number};\n")).collect();
        let values: String = (0..5_000).map(|number| format!("{kind}_{number} = {number};\n")).collect();
        format!("message Order {{ {fields} }}\nenum Kind {{ {values} }}")
    };
    repository.write("proto/shop/v1/shop.proto", &contract("int32"));
    repository.commit();
    repository.write("proto/shop/v1/shop.proto", &contract("int64"));
    let (_, report) = repository.diff("main", &["--opt", "allow=all"]);
    let last = report.lines().last().unwrap_or_default();
    assert_eq!(last, "9999 changes since main: 9999 breaking Rust, 0 breaking the wire, 9999 breaking HTTP");
}

/// Contracts that cannot be compared are an error with a help line.
#[test]
fn a_file_that_is_not_a_contract_is_an_error() {
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
        let report = stderr_of(&output);
        assert!(output.status.code() == Some(1) && report.contains(message) && report.contains("help: "), "{report}");
    }
    fs::remove_dir_all(repository.0.path().join(".git")).expect("it is there");
    let (code, report) = repository.diff("main", &[]);
    assert!(code == Some(1) && report.contains("not in a git repository") && report.contains("help: "), "{report}");
}
