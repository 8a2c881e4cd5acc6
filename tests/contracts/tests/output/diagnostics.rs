//! Pairs of files in `diagnostics/`: a `.proto` with errors or lints, and its diagnostics. The first line may contain
//! options.

use std::{collections::BTreeSet, fs};

use harness::{contracts, generate, options_of, repository, tree};
use protoc_gen_rust_svc::diagnostics::{codes, lints::LINTS};

/// Each `case.proto` has the diagnostics in `case.stderr`. `UPDATE_GOLDEN=1` rewrites them.
#[test]
fn every_case_has_its_diagnostics() {
    let folder = contracts().join("diagnostics");
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
    let folder = contracts().join("diagnostics");
    let (result, warnings) = generate(&folder, &[name], &options_of(&folder, name));
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

/// Every code that the generator reports has an explanation, and every explained code is reported somewhere.
#[test]
fn every_code_is_explained() {
    let sources = tree(&repository().join("protoc-gen-rust-svc/src"));
    let sources =
        sources.iter().filter(|(name, _)| !["diagnostics/codes.rs", "diagnostics/lints.rs"].contains(&name.as_str()));
    let reported: BTreeSet<_> = sources.flat_map(|(_, text)| text.split('"')).filter(|text| is_code(text)).collect();
    let explained: BTreeSet<_> = codes::CODES.iter().map(|code| code.name).collect();
    assert_eq!(reported, explained);
    let has_level = |code: &&str| code.starts_with('W') || code.starts_with("E02");
    let named: BTreeSet<_> = explained.into_iter().filter(has_level).collect();
    assert_eq!(LINTS.iter().map(|(_, code)| *code).collect::<BTreeSet<_>>(), named, "each has a name");
}

/// Each function that `explain` allows in rules is called by a rule that `tests/calls` checks.
#[test]
fn functions_that_rules_may_call_are_called() {
    let explanation = codes::find("W0503").expect("it is explained").explanation;
    let (_, known) = explanation.split_once("functions are:").expect("there is a list");
    let rules = fs::read_to_string(contracts().join("golden/rules.proto")).expect("it is there");
    let functions = known.split([',', '.']).map(str::trim).filter(|name| !name.is_empty());
    let uncalled: Vec<_> = functions.filter(|name| !rules.contains(&format!("{name}("))).collect();
    assert!(known.contains("isEmail") && uncalled.is_empty(), "{uncalled:?}");
}

fn is_code(text: &str) -> bool {
    let number = text.strip_prefix(['E', 'W']);
    number.is_some_and(|number| number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit()))
}
