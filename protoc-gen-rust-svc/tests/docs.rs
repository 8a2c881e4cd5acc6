//! Pages of the user guide that are made from the code.

use std::{fmt::Write as _, fs, path::Path};

use protoc_gen_rust_svc::diagnostics::{codes::CODES, lints};

/// `docs/errors.md` lists every code with its explanation. `UPDATE_GOLDEN=1` writes it.
#[test]
fn errors_page_lists_all_codes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors.md");
    let page = errors_page();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &page).expect("the page can be written");
    }
    let existing = fs::read_to_string(&path).expect("the page exists");
    assert!(existing == page, "docs/errors.md is stale: run with UPDATE_GOLDEN=1");
}

fn errors_page() -> String {
    let mut page =
        "# Diagnostic codes\n\n`protoc-gen-rust-svc explain E0202` prints the same explanation. [Lints](lints.md) have levels.\n"
            .to_owned();
    for code in CODES {
        let explanation = code.explanation;
        write!(page, "\n## {}: {}\n\n{explanation}\n", code.name, code.title).expect("a string takes all");
        if let Some(advice) = lints::advice(code.name) {
            write!(page, "\n{advice}\n").expect("a string takes all");
        }
    }
    page
}
