//! Files of scripts: reading, reloading, and their schema.

use std::time::Duration;

use rust_svc::Code;

use super::*;

async fn until(work: impl AsyncFn() -> bool) {
    for _ in 0..100 {
        if work().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it does not happen");
}

#[tokio::test]
async fn files_are_read_again_when_they_change() {
    let it = Fixture::new("- {method: library.v1.Library/GetBook, returns: {title: old}}").await;
    let title = async || it.call("GetBook", json!({})).await.map(|book| book["title"].clone());
    assert_eq!(title().await.unwrap(), "old");
    let path = it.folder.path().join("scripts.yaml");
    fs::write(&path, "- {method: library.v1.Library/GetBook, returns: {title: newer}}").unwrap();
    until(async || title().await.unwrap() == "newer").await;
    // Errors leave the scripts as they are.
    fs::write(&path, "- {method: library.v1.Library/GetBook, returns: {titel: bad}}").unwrap();
    fs::write(it.folder.path().join("more.json"), "[]").unwrap();
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(title().await.unwrap(), "newer");
    fs::remove_file(&path).unwrap();
    until(async || title().await.is_err_and(|error| error.code() != Code::Internal)).await;
}

#[tokio::test]
async fn all_errors_of_files_are_shown_with_their_lines() {
    let folder = TempDir::new().unwrap();
    let scripts = "scripts:\n  - method: library.v1.Library/None\n    hangs: true\n  - method: library.v1.Library/GetBook\n    returns: {titel: x}\n";
    fs::write(folder.path().join("bad.yaml"), scripts).unwrap();
    let error = start(config(folder.path())).await.unwrap_err();
    assert!(error.contains("bad.yaml:2: error: unknown method `library.v1.Library/None`"), "{error}");
    assert!(error.contains("bad.yaml:4: error: library.v1.Book: titel: "), "{error}");
}

#[tokio::test]
async fn places_of_values_are_checked() {
    let errors = async |text: &str| {
        let folder = TempDir::new().unwrap();
        let script = format!("- {{method: library.v1.Library/GetBook, returns: {{title: \"{text}\"}}}}\n");
        fs::write(folder.path().join("a.yaml"), script).unwrap();
        start(config(folder.path())).await.err().unwrap_or_default()
    };
    for text in ["${request.by.family}", "${request.years[0]} and ${request.counts.any}", "${request}"] {
        assert_eq!(errors(text).await, "", "{text}");
    }
    for (text, error) in [
        ("${request.nmae}", "library.v1.GetBookRequest has no field `nmae`\n  help: its fields are `name`, "),
        ("to ${request.by.name}", "library.v1.Author has no field `name`"),
        ("${request.name.first}", "`first` follows a value without fields"),
        ("${request.years.first}", "`years` is a list: write `years[0].first`"),
        ("${request.name", "has no `}`"),
    ] {
        let found = errors(text).await;
        assert!(found.starts_with('/') && found.contains(error), "{text}: {found}");
    }
}

#[test]
fn errors_of_json_have_the_path_of_the_field() {
    let contract = Contract::new(descriptors(PROTO)).unwrap();
    let book = contract.pool.get_message_by_name("library.v1.Book").unwrap();
    let error = |json: Value| Dynamic::from_json(book.clone(), &json).unwrap_err();
    for (json, start) in [
        (json!({"title": "x", "pages": "many"}), "library.v1.Book: pages: "),
        (json!({"authors": [{"family": "x"}, {"born": {}}]}), "library.v1.Book: authors[1].born: "),
        (json!({"labels": {"a": 1}}), "library.v1.Book: labels: "),
        (json!({"authors": {"born": 1}}), "library.v1.Book: authors"),
        (json!([]), "library.v1.Book: invalid type"),
    ] {
        assert!(error(json).starts_with(start), "{start}");
    }
}

#[tokio::test]
async fn numbers_of_calls_are_whole() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.yaml"), "- {method: library.v1.Library/GetBook, times: -1, hangs: true}\n")
        .unwrap();
    let error = start(config(folder.path())).await.unwrap_err();
    assert!(error.contains("a.yaml:1: error: `-1` is not a number of calls or messages"), "{error}");
}

#[tokio::test]
async fn a_missing_folder_of_scripts_is_explained() {
    let error = start(config(Path::new("/no/such/folder"))).await.unwrap_err();
    assert!(error.starts_with("/no/such/folder: error: "), "{error}");
    assert!(error.contains("\n  help: `--script` names a file of scripts, or a folder"), "{error}");
}

#[test]
fn the_schema_describes_scripts_of_each_method() {
    let schema = crate::schema(descriptors(PROTO)).unwrap();
    let definitions = &schema["$defs"];
    assert_eq!(definitions["script"]["oneOf"].as_array().unwrap().len(), 9);
    assert_eq!(definitions["library.v1.Author"]["properties"]["born"]["type"], json!(["number", "string"]));
    assert_eq!(definitions["library.v1.Book"]["properties"]["authors"]["items"]["$ref"], "#/$defs/library.v1.Author");
}
