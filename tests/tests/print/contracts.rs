//! Contracts that are legal and nasty, in `hostile/`: a file each, or the files of a folder, which belong together.
//!
//! | a comment in a file | |
//! |---|---|
//! | `// opt: name=value` | an option for the generator; `{suffix}` in it is what the name of the case ends with |
//! | `// in: domain` | it is not generated with `types=proto` as well |
//! | `// not: generated` | nothing is generated for this file |

use std::{fs, path::Path};

use tests::{generate, home, names};

/// Generates a case, and parses what is printed.
fn check(folder: &Path, files: &[String], types: &str) {
    let texts: Vec<_> = files.iter().map(|file| fs::read_to_string(folder.join(file)).expect("a text")).collect();
    let lines = || texts.iter().flat_map(|text| text.lines());
    if types == "proto" && lines().any(|line| line == "// in: domain") {
        return;
    }
    let suffix = if types == "proto" { "_proto" } else { "" };
    let options: Vec<_> = lines().filter_map(|line| line.strip_prefix("// opt: ")).collect();
    let options = format!("{},types={types},allow=all", options.join(",")).replace("{suffix}", suffix);
    let is_generated = |text: &String| !text.contains("// not: generated\n");
    let asked = files.iter().zip(&texts).filter(|(_, text)| is_generated(text)).map(|(file, _)| file.as_str());
    let (printed, _) = generate(folder, &asked.collect::<Vec<_>>(), options.trim_start_matches(','));
    let printed = printed.unwrap_or_else(|errors| panic!("{files:?} with types={types}: {errors}"));
    for (name, text) in printed {
        syn::parse_file(&text).unwrap_or_else(|error| panic!("{files:?} with types={types}, {name}: {error}"));
    }
}

#[test]
fn every_case_is_printed_as_rust() {
    let hostile = home().join("hostile");
    let mut cases = 0;
    for entry in fs::read_dir(&hostile).expect("a folder") {
        let path = entry.expect("readable").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let (folder, files) = if path.is_dir() { (&path, names(&path)) } else { (&hostile, vec![name]) };
        for types in ["domain", "proto"] {
            check(folder, &files, types);
        }
        cases += 1;
    }
    assert!(cases >= 50, "{cases} cases");
}
