//! Input files of every kind: their names, their folders, their bytes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

const GOOD: &str = "syntax = \"proto3\"; package a.v1; message A { string x = 1; }";

/// A folder with `a/x.proto`, `b/x.proto` and `c/c.proto`, which imports one of them.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(TempDir::new().expect("a folder"));
        folder.write("a/x.proto", GOOD);
        folder.write("b/x.proto", GOOD.replace("a.v1", "b.v1"));
        folder.write("c/c.proto", "syntax = \"proto3\"; import \"x.proto\"; message C { string x = 1; }");
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// The command that generates code for some files.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_protoc-gen-rust-svc"));
        command.args(["generate", "--out", "out", "--opt", "allow=all"]).args(arguments).current_dir(self.0.path());
        command
    }

    /// The errors of a run, empty if it succeeds.
    fn errors(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("a program");
        let errors = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.success(), errors.is_empty(), "{errors}");
        errors
    }
}

#[test]
fn files_are_found_by_path_and_by_import_name() {
    let folder = Folder::new();
    let absolute = folder.path("a/x.proto").to_string_lossy().into_owned();
    for arguments in [
        &["-I", "a", "x.proto"][..],
        &["-I", "a", "a/x.proto"],
        &["-I", "a", "./x.proto"],
        &["-I", "./b/../a", "a/x.proto"],
        &["-I", "a", &absolute],
        &["-I", "a", "-I", "a", "x.proto"],
        &["-I", "a", "x.proto", "a/x.proto", "x.proto"],
        &["-I", ".", "a//x.proto"],
        &["-I", "a", "-I", "b", "x.proto"],
        &["-I", "c", "-I", "b", "c.proto"],
    ] {
        assert_eq!(folder.errors(arguments), "", "{arguments:?}");
    }
}

#[test]
fn missing_files_and_folders_are_named() {
    let folder = Folder::new();
    folder.write("c/bad.proto", "syntax = \"proto3\"; import \"d.proto\"; import \"gone.proto\";");
    fs::create_dir(folder.path("c/d.proto")).expect("a folder");
    for (arguments, errors) in [
        (
            &["-I", "a", "-I", "b", "b/x.proto"][..],
            &["b/x.proto: error: imports of x.proto resolve to a/x.proto\n  help: "][..],
        ),
        (&["-I", "a", "b/x.proto"], &["b/x.proto: error: not below --proto-path a\n  help: add its directory"]),
        (&["-I", "none", "x.proto"], &["none: error: no such directory\n  help: "]),
        (&["-I", "a/x.proto", "x.proto"], &["a/x.proto: error: not a directory\n  help: "]),
        (
            &["-I", "c", "-I", "none", "c.proto"],
            &["c.proto:1:20: error: import `x.proto` not found\n  help: ", "none: error: no such directory\n  help: "],
        ),
        (
            &["-I", "a", "X.proto", "y.proto"],
            &["X.proto: error: no such file in --proto-path a\n  help: ", "\ny.proto: error: "],
        ),
        (&["c/d.proto"], &["c/d.proto: error: a directory, not a file\n  help: name the .proto files in it"]),
        (&["a"], &["a: error: a directory, not a file\n  help: "]),
        (
            &["-I", "c", "bad.proto"],
            &[
                "bad.proto:1:20: error: import `d.proto`: a directory, not a file\n  help: ",
                "bad.proto:1:38: error: import `gone.proto` not found",
            ],
        ),
    ] {
        let text = folder.errors(arguments);
        assert!(errors.iter().all(|error| text.contains(error)), "{arguments:?}: {text}");
    }
}

#[test]
fn texts_may_have_marks_and_be_empty() {
    let folder = Folder::new();
    for text in [
        &b""[..],
        b"// nothing",
        b"\xef\xbb\xbfsyntax = \"proto3\";",
        b"syntax = \"proto3\";\r\n// caf\xe9\r\nmessage M {\r\n\tstring id = 1;\r\n}\r\n",
    ] {
        folder.write("text.proto", text);
        assert_eq!(folder.errors(&["text.proto"]), "", "{text:?}");
    }
    for (text, place) in [
        (&b"syntax = \"proto3\";\nmessage M { string \xff = 1; }"[..], "text.proto:2:20: error: invalid UTF-8"),
        (b"\xff\xfes\0y\0n\0", "text.proto:1:1: error: invalid UTF-8"),
        (b"syntax = \"proto3\";\0", "text.proto:1:19: error: invalid token"),
        (b"\xef\xbb\xbf\r\n\tFoo", "text.proto:2:2: error: expected "),
        (b"/* \xc3\xa9 */ Foo", "text.proto:1:9: error: expected "),
        ("syntax = \"proto3\";\n/* é */ message M { Foo x = 1; }".as_bytes(), "text.proto:2:21: error: name `Foo`"),
        (
            "syntax = \"proto3\";\n/* é */ message M { string x = 1 [json_name=\"[x]\"]; }".as_bytes(),
            "text.proto:2:21: error: invalid JSON name",
        ),
    ] {
        folder.write("text.proto", text);
        let errors = folder.errors(&["text.proto"]);
        assert!(errors.starts_with(place), "{text:?}: {errors}");
    }
}

/// A file with an error does not hide those of other files.
#[test]
fn errors_of_all_files_are_reported() {
    let folder = Folder::new();
    folder.write("one.proto", "syntax = \"proto3\"; message");
    folder.write("two.proto", "syntax = \"proto3\"; message M { N n = 1; string s = 2 [json_name = \"[x]\"]; }");
    folder.write("three.proto", "syntax = \"proto3\"; import \"one.proto\"; message T { reserved 5 to 3; }");
    let text = folder.errors(&["one.proto", "two.proto", "three.proto"]);
    let places: Vec<_> = text.lines().filter_map(|line| line.split_once(" error: ")).map(|(place, _)| place).collect();
    assert_eq!(places, ["one.proto:1:26:", "three.proto:1:61:", "two.proto:1:32:", "two.proto:1:41:"], "{text}");
}

#[cfg(unix)]
#[test]
fn links_and_special_files_are_read_or_refused() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    let link = |to: &str, name: &str| symlink(to, folder.path(name)).expect("a link");
    link("a/x.proto", "link.proto");
    link("a", "linked");
    link("nothing", "dangling.proto");
    link("loop.proto", "loop.proto");
    assert_eq!(folder.errors(&["link.proto"]), "");
    assert_eq!(folder.errors(&["-I", "linked", "a/x.proto"]), "");
    for name in ["dangling.proto", "loop.proto"] {
        assert!(folder.errors(&[name]).starts_with(&format!("{name}: error: no such file in ")));
    }
    let pipe = Command::new("mkfifo").arg(folder.path("pipe.proto")).status().expect("mkfifo");
    assert!(pipe.success());
    assert!(folder.errors(&["pipe.proto"]).starts_with("pipe.proto: error: not a regular file\n  help: "));
}

#[cfg(unix)]
#[test]
fn unreadable_files_are_named() {
    use std::os::unix::{fs::PermissionsExt as _, process::CommandExt as _};
    let folder = Folder::new();
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a file");
    folder.write("c/secret.proto", GOOD);
    folder.write("c/d.proto", "syntax = \"proto3\"; import \"secret.proto\";");
    mode(folder.0.path(), 0o755);
    mode(&folder.path("c/secret.proto"), 0o000);
    for (file, start) in [
        ("secret.proto", "secret.proto: error: cannot read "),
        ("d.proto", "d.proto:1:20: error: import `secret.proto`: "),
    ] {
        let mut command = folder.command(&["-I", "c", file]);
        // Permissions do not concern the superuser.
        if fs::read(folder.path("c/secret.proto")).is_ok() {
            command.uid(65_534).gid(65_534);
        }
        let Ok(output) = command.output() else { return };
        let errors = String::from_utf8(output.stderr).expect("text");
        assert!(errors.starts_with(start) && errors.contains("help: check its permissions"), "{errors}");
    }
}
