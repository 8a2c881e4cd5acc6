//! Every comment of a contract is generated.

use harness::{comments::comments, contracts, generate, input};
use protoc_gen_rust_svc::{diagnostics::Diagnostics, options::Options};

use crate::golden::CASES;

#[test]
fn every_comment_is_generated_at_its_item() {
    let folder = contracts().join("golden");
    let mut found = 0;
    // Only cases with plain types and prost messages.
    for (case, files, options) in CASES.iter().filter(|(_, _, options)| matches!(*options, "" | "include_imports=true"))
    {
        let mut diagnostics = Diagnostics::default();
        let input = input(&folder, files).expect("valid");
        let options_parsed = Options::parse(options, &mut diagnostics);
        let lowered = protoc_gen_rust_svc::lowered(&input, &options_parsed, &mut diagnostics).expect("valid");
        let printed = generate(&folder, files, options).0.expect("valid");
        let comments = comments(&input, &lowered.model, &printed);
        assert!(comments.lost.is_empty(), "{case}: {:#?}", comments.lost);
        found += comments.found;
    }
    assert!(found > 30, "the cases have only {found} comments");
}

/// Tests the check itself.
#[test]
fn a_missing_comment_is_found() {
    let folder = contracts().join("golden");
    let mut diagnostics = Diagnostics::default();
    let input = input(&folder, &["comments.proto"]).expect("valid");
    let lowered = protoc_gen_rust_svc::lowered(&input, &Options::default(), &mut diagnostics).expect("valid");
    let mut printed = generate(&folder, &["comments.proto"], "").0.expect("valid");
    let whole = comments(&input, &lowered.model, &printed).found;
    for text in printed.values_mut() {
        *text = text.lines().filter(|line| !line.trim_start().starts_with("///")).collect::<Vec<_>>().join("\n");
    }
    let lost = comments(&input, &lowered.model, &printed).lost;
    assert!(lost.len() >= whole, "{} of {whole} comments are found to be lost: {lost:#?}", lost.len());
}
