//! `rust-svc.toml`, as the commands, the plugin and build scripts read it.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use prost::Message as _;
use protoc_gen_rust_svc::{
    Build,
    read::{
        compile::compile,
        descriptor::{CodeGeneratorRequest, CodeGeneratorResponse},
    },
};
use tempfile::TempDir;

const CHAT: &str =
    "syntax = \"proto3\"; package chat.v1; service Chat { rpc Say(Words) returns (Words); } message Words {}";

/// A crate with a contract and an options file.
struct Crate(TempDir);

impl Crate {
    fn new(options: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        fs::create_dir_all(folder.path().join("api/proto/chat/v1")).expect("a folder");
        fs::write(folder.path().join("api/proto/chat/v1/chat.proto"), CHAT).expect("a file");
        fs::write(folder.path().join("api/rust-svc.toml"), options).expect("a file");
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs the program in a folder.
    fn run(&self, folder: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_protoc-gen-rust-svc"));
        command.args(arguments).current_dir(self.path(folder)).output().expect("a program")
    }

    fn succeeds(&self, folder: &str, arguments: &[&str]) {
        let output = self.run(folder, arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn fails(&self, arguments: &[&str]) -> String {
        let output = self.run("api", arguments);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8(output.stderr).expect("text")
    }

    fn artefacts(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder).join("chat/v1")).expect("a folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        let mut names: Vec<_> = names.collect();
        names.sort_unstable();
        names
    }
}

const INPUT: &str = "proto_path = [\"proto\"]\nfiles = [\"chat/v1/chat.proto\"]\nout = \"src/generated\"\n";

fn with_options(options: &str) -> Crate {
    Crate::new(&format!("{INPUT}\n[options]\n{options}"))
}

#[test]
fn commands_need_no_arguments() {
    let chat = with_options(
        "emit = [\"domain\", \"fake\"]\ndeny = \"all\"\nallow = [\"no-deadline\", \"no-idempotency-key\"]\n",
    );
    chat.succeeds("api", &["generate"]);
    assert_eq!(chat.artefacts("api/src/generated"), ["domain.rs", "fake.rs", "mod.rs"]);
    chat.succeeds("api", &["check"]);
    fs::remove_file(chat.path("api/src/generated/chat/v1/fake.rs")).expect("a file");
    assert_eq!(chat.fails(&["check"]), "1 files are not up to date\n");
}

/// Paths of the file are relative to it.
#[test]
fn another_file_is_named_by_an_argument() {
    let chat = with_options("emit = \"domain\"\n");
    chat.succeeds(".", &["generate", "--config", "api/rust-svc.toml"]);
    assert_eq!(chat.artefacts("api/src/generated"), ["domain.rs", "mod.rs"]);
}

#[test]
fn arguments_take_precedence() {
    let chat = with_options("emit = [\"domain\", \"fake\"]\ntypes = \"domain\"\n");
    let arguments = ["generate", "--out", "other", "--opt", "emit=client", "chat/v1/chat.proto"];
    chat.succeeds("api", &arguments);
    assert_eq!(chat.artefacts("api/other"), ["client.rs", "convert.rs", "domain.rs", "mod.rs", "pb.rs"]);
    assert!(!chat.path("api/src").exists());
    let text = chat.fails(&["generate", "missing.proto"]);
    assert!(text.starts_with("missing.proto: error: "), "{text}");
}

#[test]
fn errors_have_positions() {
    for (options, start) in [
        ("types = \"plain\"\n", "rust-svc.toml:6:1: error[E0101]: unknown value `plain`"),
        ("rules = false\n emti = \"all\"\n", "rust-svc.toml:7:2: error[E0101]: unknown option `emti`"),
        ("types = 3\n", "rust-svc.toml:6:9: error[E0101]: `types` is not a string, a boolean, an array or a table"),
        ("allow = [\"no-deadline\", 1]\n", "rust-svc.toml:6:25: error[E0101]: `allow` is not an array of strings"),
        ("types = \"proto\"\ndomain_path = \"::x\"\n", "rust-svc.toml:7:1: error[E0101]: "),
        ("types = \n", "rust-svc.toml:6:"),
    ] {
        for command in ["generate", "check"] {
            let chat = with_options(options);
            fs::create_dir_all(chat.path("api/src/generated")).expect("a folder");
            let text = chat.fails(&[command]);
            assert!(text.starts_with(start) && text.contains("\n  help: "), "{text}");
        }
    }
    let text = Crate::new("otu = \"x\"\n").fails(&["generate"]);
    assert_eq!(text.lines().next(), Some("rust-svc.toml:1:1: error[E0101]: unknown key `otu`"), "{text}");
    assert!(text.contains("help: did you mean `out`?"), "{text}");
}

/// One run reports the errors of options, of the file and of arguments, and those of the contract.
#[test]
fn errors_of_options_and_contracts_come_together() {
    let chat = with_options("types = \"plain\"\n");
    fs::write(chat.path("api/proto/chat/v1/chat.proto"), "syntax = \"proto3\";\nmessage M { Missing a = 1; }\n")
        .expect("a file");
    let text = chat.fails(&["generate", "--opt", "emit"]);
    let lines: Vec<_> = text.lines().filter(|line| line.contains("error")).collect();
    assert_eq!(
        lines,
        [
            "error[E0101]: option `emit` has no value",
            "chat/v1/chat.proto:2:13: error: name `Missing` is not defined",
            "rust-svc.toml:6:1: error[E0101]: unknown value `plain` for option `types`",
        ]
    );
}

/// One run reports all errors in the structure of the file, and those of the contract.
#[test]
fn errors_of_structure_come_together() {
    const WRONG: &str = "otu = \"x\"\nout = 3\nproto_path = [\"proto\", 1, true]\nfiles = [\"chat/v1/chat.proto\"]\n\n[options]\ntypes = 1\nmap = {default = 2}\nemti = \"all\"\n";
    let chat = Crate::new(WRONG);
    let route = "import \"google/api/annotations.proto\"; message M {} service S { rpc Get(M) returns (M) { option (google.api.http) = {get: \"x\"}; } }";
    fs::write(chat.path("api/proto/chat/v1/chat.proto"), format!("syntax = \"proto3\"; package chat.v1;\n{route}"))
        .expect("a file");
    let text = chat.fails(&["generate"]);
    let (errors, helps): (Vec<_>, Vec<_>) = text.lines().partition(|line| line.contains(": error"));
    let starts: Vec<_> = errors.iter().map(|line| line.split(": error").next().unwrap_or_default()).collect();
    let file = ["1:1", "2:7", "3:24", "3:27", "7:9", "8:18", "9:1"].map(|place| format!("rust-svc.toml:{place}"));
    assert_eq!(starts[1..], file, "{text}");
    assert!(starts[0].starts_with("chat/v1/chat.proto:2:"), "{text}");
    assert_eq!(helps.iter().filter(|line| line.starts_with("  help: ")).count(), errors.len(), "{text}");
}

/// Errors of the file come before that of a missing input, which they may cause.
#[test]
fn a_wrong_list_of_files_is_reported_as_such() {
    let chat = Crate::new("out = 3\nfiles = 4\n");
    let text = chat.fails(&["generate"]);
    let places: Vec<_> = text.lines().filter_map(|line| line.split_once(": error[E0101]: ")).collect();
    assert_eq!(
        places,
        [("rust-svc.toml:1:7", "`out` is not a string"), ("rust-svc.toml:2:9", "`files` is not an array of strings"),]
    );
    let error = Build::from_file(chat.path("api/rust-svc.toml")).try_run().expect_err("two errors").to_string();
    assert!(error.contains("rust-svc.toml:1:7: ") && error.contains("rust-svc.toml:2:9: "), "{error}");
}

#[test]
fn missing_input_is_an_error() {
    let text = Crate::new("").fails(&["generate", "--out", "x"]);
    assert!(text.starts_with("error: no .proto files\n  help: "), "{text}");
    let text = Crate::new("proto_path = \"proto\"\nfiles = \"chat/v1/chat.proto\"\n").fails(&["generate"]);
    assert!(text.starts_with("error: no directory for the generated code\n  help: "), "{text}");
    let text = Crate::new("").fails(&["generate", "--config", "none.toml"]);
    assert!(text.starts_with("none.toml: error[E0101]: "), "{text}");
}

/// Tables limit options to packages and types.
#[test]
fn options_may_be_limited_to_a_package() {
    let chat = with_options(
        "map = {\".chat.v1\" = \"hash\", default = \"btree\"}\n\n[options.timestamp]\n\".chat.v1.Words\" = \"jiff\"\n",
    );
    chat.succeeds("api", &["generate"]);
    let text = with_options("map = {\".chat.v2\" = \"hash\"}\n").fails(&["generate"]);
    assert!(text.contains("unknown package, message or service `chat.v2`"), "{text}");
}

/// Runs the plugin in a folder.
fn plugin(folder: &Path, parameter: &str) -> CodeGeneratorResponse {
    let input = compile(&[folder.join("proto")], &["chat/v1/chat.proto".into()]).expect("valid");
    let request = CodeGeneratorRequest {
        file_to_generate: input.generate,
        parameter: Some(parameter.to_owned()),
        compiler_version: None,
        proto_file: input.files.into_iter().map(|file| file.bytes).collect(),
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_protoc-gen-rust-svc"));
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).current_dir(folder).spawn().expect("a program");
    child.stdin.take().expect("a pipe").write_all(&request.encode_to_vec()).expect("a request");
    let output = child.wait_with_output().expect("a response");
    CodeGeneratorResponse::decode(output.stdout.as_slice()).expect("a response")
}

#[test]
fn the_plugin_reads_the_file() {
    let names = |response: CodeGeneratorResponse| {
        let files = response.file.into_iter().filter_map(|file| file.name);
        files.filter_map(|name| name.strip_prefix("chat/v1/").map(str::to_owned)).collect::<Vec<_>>()
    };
    let chat = with_options("emit = \"domain\"\n");
    let folder = chat.path("api");
    assert_eq!(names(plugin(&folder, "")), ["domain.rs", "mod.rs"]);
    assert_eq!(names(plugin(&folder, "emit=fake")), ["domain.rs", "fake.rs", "mod.rs"]);
    fs::rename(folder.join("rust-svc.toml"), folder.join("other.toml")).expect("a file");
    assert_eq!(names(plugin(&folder, "config=other.toml")), ["domain.rs", "mod.rs"]);
    let error = plugin(&folder, "config=missing.toml").error.expect("an error");
    assert!(error.contains("missing.toml: error[E0101]: "), "{error}");
}

#[test]
fn build_scripts_read_the_file() {
    let chat = with_options("emit = [\"domain\", \"fake\"]\n");
    Build::from_file(chat.path("api/rust-svc.toml")).try_run().expect("valid");
    assert_eq!(chat.artefacts("api/src/generated"), ["domain.rs", "fake.rs", "mod.rs"]);
    Build::from_file(chat.path("api/rust-svc.toml")).option("emit=domain").try_run().expect("valid");
    let text = Build::from_file(chat.path("rust-svc.toml")).try_run().expect_err("no file").to_string();
    assert!(text.contains("rust-svc.toml: error[E0101]: "), "{text}");
}
