//! `protoc-gen-rust-svc` with `templates`, `doctor`, `completions`, and `new` without a contract.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_protoc-gen-rust-svc");
const RUNTIME: [&str; 2] = ["--runtime-git", "https://git.example/rust-svc.git"];

/// Runs the program in a folder, without a terminal.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).output().expect("a program")
}

fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn fails(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).expect("text")
}

fn home() -> TempDir {
    let home = TempDir::new().expect("a folder");
    fs::write(home.path().join("notes.proto"), NOTES).expect("a file");
    home
}

const NOTES: &str =
    "syntax = \"proto3\"; package notes.v1; service Notes { rpc Add(Note) returns (Note); } message Note {}";

fn new(home: &TempDir, arguments: &[&str]) -> PathBuf {
    succeeds(home.path(), &[&["new", "notes", "--proto", "notes.proto"][..], &RUNTIME, arguments].concat());
    home.path().join("notes")
}

#[test]
fn dumped_templates_make_the_same_project() {
    let home = home();
    let list = succeeds(home.path(), &["templates", "list"]);
    assert!(list.lines().any(|line| line == "src/service/SERVICE.rs"), "{list}");
    succeeds(home.path(), &["templates", "dump", "ours"]);
    for path in list.lines() {
        let file = fs::read_to_string(home.path().join("ours").join(format!("{path}.jinja"))).expect("a template");
        assert_eq!(succeeds(home.path(), &["templates", "show", path]), file);
    }
    let usual = new(&home, &[]);
    fs::rename(&usual, home.path().join("usual")).expect("a folder");
    let ours = new(&home, &["--templates", "ours"]);
    for path in ["Cargo.toml", "src/main.rs", "README.md"] {
        let text = |folder: &Path| fs::read_to_string(folder.join(path)).expect("text");
        assert_eq!(text(&ours), text(&home.path().join("usual")));
    }
    assert!(fails(home.path(), &["templates", "dump", "ours"]).contains("the folder is not empty"));
    assert!(fails(home.path(), &["templates", "show", "src/man.rs"]).contains("did you mean `src/main.rs`?"));
}

#[test]
fn templates_of_a_team_replace_add_and_remove_files() {
    let home = home();
    let ours = home.path().join("ours");
    fs::create_dir_all(ours.join("docs")).expect("a folder");
    fs::write(ours.join("templates.toml"), "api_version = 2\n").expect("a file");
    fs::write(ours.join("docs/SERVICE.md.jinja"), "# {{ service.name }} of {{ name }}\n").expect("a file");
    fs::write(ours.join("Dockerfile.jinja"), "").expect("a file");
    let project = new(&home, &["--templates", "ours"]);
    assert_eq!(fs::read_to_string(project.join("docs/notes.md")).expect("text"), "# notes.v1.Notes of notes\n");
    assert!(!project.join("Dockerfile").exists() && project.join("src/main.rs").exists());
}

#[test]
fn templates_may_be_in_a_git_repository() {
    let home = home();
    let ours = home.path().join("ours");
    fs::create_dir(&ours).expect("a folder");
    fs::write(ours.join("templates.toml"), "api_version = 2\n").expect("a file");
    fs::write(ours.join("TEAM.md"), "ours\n").expect("a file");
    for arguments in [
        &["init", "--quiet", "--initial-branch=main"][..],
        &["add", "."],
        &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--message=one"],
    ] {
        assert!(Command::new("git").args(arguments).current_dir(&ours).status().expect("git").success());
    }
    let url = format!("git+file://{}", ours.display());
    let project = new(&home, &["--templates", &url]);
    assert_eq!(fs::read_to_string(project.join("TEAM.md")).expect("text"), "ours\n");
    fs::remove_dir_all(&project).expect("a folder");
    new(&home, &["--templates", &format!("{url}#main")]);
    let missing = format!("{url}#missing");
    let text = fails(home.path(), &["templates", "list", "--templates", &missing]);
    assert!(text.contains(": error: cannot clone: ") && text.contains("missing"), "{text}");
    assert!(text.contains("\n  help: check the URL"), "{text}");
}

#[test]
fn wrong_templates_are_errors() {
    let home = home();
    let ours = home.path().join("ours");
    fs::create_dir(&ours).expect("a folder");
    let text = fails(home.path(), &["templates", "list", "--templates", "theirs"]);
    assert_eq!(text, "theirs: error: no such folder of templates\n  help: `templates dump theirs` creates one\n");
    let list = || fails(home.path(), &["templates", "list", "--templates", "ours"]);
    assert!(list().starts_with("ours/templates.toml: error: "), "{}", list());
    fs::write(ours.join("templates.toml"), "api_version = 1\n").expect("a file");
    assert!(list().contains("\n  version 2: new: ") && list().contains("help: adapt the templates"), "{}", list());
    fs::write(ours.join("templates.toml"), "api_version = 2\n").expect("a file");
    for (template, message) in [
        ("{{ nam }}", "template a.txt:1: error: undefined value: `nam` is undefined"),
        ("{% include \"/etc/passwd\" %}", "template a.txt:1: error: template not found"),
        ("{% for a in range(10000) %}{% for b in range(10000) %}{% endfor %}{% endfor %}", "engine ran out of fuel"),
    ] {
        fs::write(ours.join("a.txt.jinja"), template).expect("a file");
        let arguments = ["new", "notes", "--proto", "notes.proto", "--templates", "ours"];
        let text = fails(home.path(), &[&arguments[..], &RUNTIME].concat());
        assert!(text.contains(message), "{text}");
        assert!(!home.path().join("notes").exists());
    }
}

/// Templates of a repository must not read other files of the machine.
#[cfg(unix)]
#[test]
fn templates_are_not_links() {
    let home = home();
    let ours = home.path().join("ours");
    fs::create_dir(&ours).expect("a folder");
    fs::write(home.path().join("secret"), "api_version = 2\n").expect("a file");
    let list = || fails(home.path(), &["templates", "list", "--templates", "ours"]);
    for (name, target) in [("templates.toml", "../secret"), ("a.txt.jinja", "../secret"), ("loop", ".")] {
        std::os::unix::fs::symlink(target, ours.join(name)).expect("a link");
        let expected = format!("ours/{name}: error: a symbolic link among the templates\n  help: ");
        assert!(list().starts_with(&expected), "{}", list());
        fs::remove_file(ours.join(name)).expect("a link");
        fs::write(ours.join("templates.toml"), "api_version = 2\n").expect("a file");
    }
}

#[test]
fn a_project_may_start_without_a_contract() {
    let home = home();
    let text = fails(home.path(), &[&["new", "shop-service"][..], &RUNTIME].concat());
    assert_eq!(text, "error: no contract\n  help: pass --proto FILE, or --yes for an example contract\n");
    succeeds(home.path(), &[&["new", "shop-service", "--yes"][..], &RUNTIME].concat());
    let proto = fs::read_to_string(home.path().join("shop-service/proto/shop/v1/shop.proto")).expect("a contract");
    assert!(proto.contains("package shop.v1;") && proto.contains("service ShopService {"), "{proto}");
    assert!(home.path().join("shop-service/src/service/shop_service.rs").exists());
}

#[test]
fn a_project_serves_something() {
    let home = home();
    for arguments in [&["--client", "notes.proto"][..], &["--client", "notes.proto", "--yes"]] {
        let text = fails(home.path(), &[&["new", "shop"][..], arguments, &RUNTIME].concat());
        assert!(text.starts_with("error: the project serves nothing\n  help: "), "{text}");
    }
}

#[test]
fn a_contract_is_served_or_called() {
    let home = home();
    let same = home.path().join("notes.proto").display().to_string();
    for client in ["notes.proto", &same] {
        let arguments = ["new", "shop", "--proto", "notes.proto", "--client", client];
        let text = fails(home.path(), &[&arguments[..], &RUNTIME].concat());
        let expected = format!("{client}: error: the file is in both --proto and --client\n  help: name it in ");
        assert!(text.starts_with(&expected), "{text}");
    }
}

#[test]
fn a_new_project_is_described_in_json() {
    let home = home();
    let arguments = ["new", "notes", "--proto", "notes.proto", "--format", "json"];
    let output = succeeds(home.path(), &[&arguments[..], &RUNTIME].concat());
    let lines: Vec<_> = output.lines().collect();
    assert!(
        lines[0].starts_with("{\"type\":\"project\",\"name\":\"notes\",\"folder\":\"notes\",\"files\":"),
        "{output}"
    );
    assert_eq!(
        lines[1],
        "{\"type\":\"service\",\"name\":\"notes.v1.Notes\",\"methods\":1,\"file\":\"src/service/notes.rs\"}"
    );
    assert!(lines[2..].iter().all(|line| line.starts_with("{\"type\":\"diagnostic\"")), "{output}");
}

/// Each error and warning of a failure is an object: of files, of options and of contracts.
#[test]
fn a_refused_project_is_described_in_json() {
    let home = home();
    let wrong = "syntax = \"proto3\"; package a.v1; import \"google/api/annotations.proto\"; message M {}\nservice S {\nrpc One(M) returns (M) { option (google.api.http) = {get: \"a\"}; }\nrpc Two(M) returns (M) { option (google.api.http) = {get: \"b\"}; } }";
    fs::write(home.path().join("wrong.proto"), wrong).expect("a file");
    for (arguments, errors) in [
        (
            &["--proto", "missing.proto", "none.proto", "."][..],
            &[("missing.proto", 0), ("none.proto", 0), (".", 0)][..],
        ),
        (&["--proto", "wrong.proto"], &[("wrong.proto", 3), ("wrong.proto", 4)]),
        (&["--proto", "notes.proto", "--opt", "types=x", "--opt", "emti=x"], &[("", 0), ("", 0)]),
        (&["--proto", "notes.proto", "--templates", "none"], &[("none", 0)]),
        (&["--client", "notes.proto"], &[("", 0)]),
    ] {
        let arguments = [&["new", "shop", "--format", "json"][..], arguments, &RUNTIME].concat();
        let output = run(home.path(), &arguments);
        assert!(!output.status.success() && output.stderr.is_empty(), "{output:?}");
        let mut found: Vec<_> = String::from_utf8_lossy(&output.stdout).lines().filter_map(error_place).collect();
        let mut expected: Vec<_> = errors.iter().map(|(file, line)| ((*file).to_owned(), *line)).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{}", String::from_utf8_lossy(&output.stdout));
    }
}

/// The file and line of an error in JSON. Other lines are warnings.
fn error_place(line: &str) -> Option<(String, u64)> {
    let value: serde_json::Value = serde_json::from_str(line).expect("an object");
    let message = value["message"].as_str().expect("a message");
    assert!(!message.contains('\n') && !value["help"].as_str().unwrap_or_default().is_empty(), "{line}");
    let place = || (value["file"].as_str().unwrap_or_default().to_owned(), value["line"].as_u64().unwrap_or_default());
    (value["severity"] == "error").then(place)
}

/// Reports the state of a name, in JSON.
fn state(report: &str, name: &str) -> String {
    let line = report.lines().find(|line| line.contains(&format!("\"name\":\"{name}\""))).expect("a line");
    let rest = line.split_once("\"state\":\"").expect("a state").1;
    rest.split('"').next().unwrap_or_default().to_owned()
}

fn doctor(project: &Path) -> (bool, String) {
    let output = run(project, &["doctor", "--format", "json"]);
    (output.status.success(), String::from_utf8(output.stdout).expect("text"))
}

#[test]
fn doctor_checks_tools_and_generated_code() {
    let home = home();
    let project = new(&home, &[]);
    let (_, report) = doctor(&project);
    for name in ["rustc", "options file", "generated code"] {
        assert_eq!(state(&report, name), "ok", "{report}");
    }
    fs::write(project.join("proto/notes/v1/notes.proto"), NOTES.replace("Add", "Put")).expect("a file");
    let (is_good, report) = doctor(&project);
    assert!(!is_good && state(&report, "generated code") == "error", "{report}");
    assert!(report.contains("run `protoc-gen-rust-svc generate`"), "{report}");
    succeeds(&project, &["generate"]);
    assert_eq!(state(&doctor(&project).1, "generated code"), "ok");
    fs::write(project.join("rust-svc.toml"), "fils = 1\n").expect("a file");
    assert_eq!(state(&doctor(&project).1, "options file"), "error");
}

#[test]
fn projects_have_a_folder() {
    let home = home();
    for arguments in [&["doctor"][..], &["scaffold", "--sync"], &["add", "rpc", "Notes.Put"]] {
        let text = fails(home.path(), &[arguments, &["--project", "nowhere"]].concat());
        assert!(text.starts_with("nowhere: error: no such folder\n  help: "), "{text}");
    }
    for arguments in [&["add", "rpc", "Notes.Put"][..], &["scaffold", "--sync"]] {
        let text = fails(home.path(), arguments);
        assert!(text.starts_with(".: error: no rust-svc.toml\n  help: change to the folder of a project"), "{text}");
    }
}

#[test]
fn doctor_compares_versions() {
    let home = home();
    let project = new(&home, &[]);
    fs::write(project.join("Cargo.lock"), "[[package]]\nname = \"rust-svc\"\nversion = \"9.9.9\"\n").expect("a file");
    assert_eq!(state(&doctor(&project).1, "runtime"), "error");
    let version = env!("CARGO_PKG_VERSION");
    fs::write(project.join("Cargo.lock"), format!("[[package]]\nname = \"rust-svc\"\nversion = \"{version}\"\n"))
        .expect("a file");
    assert_eq!(state(&doctor(&project).1, "runtime"), "ok");
    let output = Command::new(PROGRAM).arg("doctor").env("PATH", home.path()).current_dir(&project).output();
    let text = String::from_utf8(output.expect("a program").stdout).expect("text");
    assert!(
        text.contains("error    plugin: not on the path; this is ") && text.contains("  help: add its folder to PATH"),
        "{text}"
    );
}

#[test]
fn completions_are_printed() {
    let home = home();
    for shell in ["bash", "zsh", "fish"] {
        assert!(succeeds(home.path(), &["completions", shell]).contains("scaffold"), "{shell}");
    }
}
