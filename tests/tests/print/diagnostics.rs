//! Pairs of files in `diagnostics/`: a `.proto` that is wrong, and what is said about it.

use std::fs;

use tests::{generate, home};

/// Each `case.proto` is answered as `case.stderr` says. `UPDATE_GOLDEN=1` writes the answers anew.
#[test]
fn every_case_is_answered() {
    let folder = home().join("diagnostics");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".proto") && !name.starts_with("imported_"))
        .collect();
    names.sort();
    assert!(names.len() > 10, "the cases are gone");
    let wrong: Vec<_> = names.iter().filter(|name| !is_answered(name)).collect();
    assert!(wrong.is_empty(), "answered otherwise now: {wrong:?}; run with UPDATE_GOLDEN=1 and look at the diff");
}

fn is_answered(name: &str) -> bool {
    let folder = home().join("diagnostics");
    let (result, warnings) = generate(&folder, &[name], "");
    let answer = warnings + &result.err().unwrap_or_default();
    let expected = folder.join(name).with_extension("stderr");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&expected, answer.trim_end().to_owned() + "\n").expect("the file can be written");
    }
    let expected = fs::read_to_string(expected).unwrap_or_default();
    if expected.trim_end() != answer.trim_end() {
        eprintln!("{name} is answered:\n{answer}\nnot:\n{expected}");
    }
    expected.trim_end() == answer.trim_end()
}
