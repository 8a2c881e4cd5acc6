//! The documents at the root.

use tidy::{files, read, root};

/// Both walks of ARCHITECTURE.md name files that exist.
#[test]
fn the_architecture_names_files_that_exist() {
    let text = read("ARCHITECTURE.md");
    let quoted = text.split('`').skip(1).step_by(2);
    let paths: Vec<_> =
        quoted.filter(|word| word.contains('/') && (word.ends_with(".rs") || word.ends_with(".jinja"))).collect();
    assert!(paths.len() >= 20, "the walks name only {} files", paths.len());
    let bases = ["", "rust-svc/src/", "protoc-gen-rust-svc/src/"];
    let exists = |path: &&&str| bases.iter().any(|base| root().join(base).join(path).is_file());
    let missing: Vec<_> = paths.iter().filter(|path| !exists(path)).collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md names files that do not exist: {missing:?}");
}

#[test]
fn the_changelog_has_the_version() {
    let heading = concat!("## ", env!("CARGO_PKG_VERSION"));
    assert!(read("CHANGELOG.md").lines().any(|line| line.starts_with(heading)), "there is no {heading}");
}

#[test]
fn documents_are_short() {
    for (path, most) in [("README.md", 140), ("ARCHITECTURE.md", 150), ("CHANGELOG.md", 45)] {
        let lines = read(path).lines().count();
        assert!(lines <= most, "{path} has {lines} lines, at most {most}");
    }
}

/// Relative links of the README and of the user guide lead to files.
#[test]
fn links_lead_to_files() {
    let pages = files("docs").into_iter().filter(|path| path.ends_with(".md"));
    let mut broken = Vec::new();
    for page in pages.chain(["README.md".to_owned(), "ARCHITECTURE.md".to_owned()]) {
        let text = read(&page);
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        let folder = root().join(&page).parent().expect("a file is in a folder").to_owned();
        let is_broken = |target: &&str| !target.is_empty() && !target.contains("://") && !folder.join(target).exists();
        broken.extend(targets.filter(is_broken).map(|target| format!("{page}: {target}")));
    }
    assert!(broken.is_empty(), "links lead nowhere: {broken:#?}");
}

/// Each page of the user guide is in its table of contents.
#[test]
fn the_summary_lists_every_page() {
    let summary = read("docs/SUMMARY.md");
    for page in files("docs").iter().filter_map(|path| path.strip_prefix("docs/")).filter(|path| path.ends_with(".md"))
    {
        assert!(page == "SUMMARY.md" || summary.contains(&format!("({page})")), "docs/SUMMARY.md does not list {page}");
    }
}
