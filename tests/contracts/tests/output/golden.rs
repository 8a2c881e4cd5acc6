//! Each case is a line: the `.proto` files in `golden/`, and the options that they are generated with.
//!
//! The output is compared with the folder of the case, which the tests in `calls/` compile.
//! `UPDATE_GOLDEN=1` writes it anew.

use std::{collections::BTreeMap, fs, path::Path};

use harness::{contracts, generate, tree};

/// Generates `files` and compares the result with `golden/<case>`.
fn check(case: &str, files: &[&str], options: &str) {
    let (generated, _) = generate(&contracts().join("golden"), files, options);
    let generated = generated.unwrap_or_else(|errors| panic!("{errors}"));
    let folder = contracts().join("golden").join(case);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        replace(&folder, &generated);
    }
    let existing = tree(&folder);
    for (name, content) in &generated {
        if name.ends_with(".rs") {
            assert_rust(name, content);
        }
        let existing = existing.get(name).unwrap_or_else(|| panic!("{case}/{name} is new: run with UPDATE_GOLDEN=1"));
        assert!(
            existing == content,
            "{case}/{name} is printed otherwise now: run with UPDATE_GOLDEN=1 and look at the diff"
        );
    }
    let orphans: Vec<_> = existing.keys().filter(|name| !generated.contains_key(*name)).collect();
    assert!(orphans.is_empty(), "{case}: {orphans:?} are not printed any more: run with UPDATE_GOLDEN=1");
}

/// The generator itself looks only whether brackets and quotes are closed.
pub(crate) fn assert_rust(name: &str, content: &str) {
    if let Err(error) = syn::parse_file(content) {
        panic!("{name} is not Rust: {error}");
    }
}

pub(crate) fn replace(folder: &Path, files: &BTreeMap<String, String>) {
    let _ = fs::remove_dir_all(folder);
    for (name, content) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("the folder can be made");
        fs::write(path, content).expect("the file can be written");
    }
}

macro_rules! cases {
    ($($case:ident: [$($file:literal),*] $options:literal;)*) => {
        /// The name of each case, its files and its options.
        pub(crate) const CASES: &[(&str, &[&str], &str)] = &[$((stringify!($case), &[$($file),*], $options)),*];
        $(
            #[test]
            fn $case() {
                check(stringify!($case), &[$($file),*], $options);
            }
        )*
    };
}

cases! {
    domain_elsewhere: ["user.proto", "fields.proto", "recursion.proto", "well_known.proto", "well_known_fields.proto"] "domain_path=::contracts::domain_only";
    behavior: ["behavior.proto"] "";
    blobs: ["blobs.proto"] "bytes=bytes,bytes=.blobs.v1.Owned=vec";
    chat: ["chat.proto"] "";
    clashes_client: ["clashes.proto", "clashes_client.proto"] "";
    comments: ["comments.proto"] "";
    default_methods: ["two_services.proto", "chat.proto"] "default_methods=unimplemented";
    defaults: ["defaults.proto"] "";
    edition2023: ["edition2023.proto"] "";
    edition2024: ["edition2024.proto"] "";
    edition2026: ["edition2026.proto"] "";
    fields: ["fields.proto"] "";
    forms: ["forms.proto"] "domain_type=.forms.v1.Money=crate::forms::Money+Eq+Hash+Default,domain_type=.forms.v1.Outer.Point=crate::forms::Point,passthrough=.forms.v1.Blob";
    imported: ["imported.proto"] "include_imports=true";
    keywords: ["keywords.proto"] "";
    maps: ["maps.proto"] "map=hash,map=.maps.v1.Order=btree";
    modules: ["modules.proto"] "";
    openapi: ["openapi.proto"] "openapi=3.1";
    openapi_3_0: ["openapi.proto"] "emit=openapi+routes,openapi=3.0+yaml+problem+bearer+basic+api-key,openapi_visibility=PREVIEW";
    nameless: ["nameless.proto"] "";
    no_package: ["no_package.proto"] "";
    one_segment: ["one_segment.proto"] "";
    own_rules: ["own_rules.proto"] "domain_type=.own_rules.v1.Ticket=crate::own_rules::Seat+Default";
    domain_only: ["user.proto", "fields.proto", "recursion.proto", "well_known.proto", "well_known_fields.proto"] "emit=domain";
    policies: ["policies.proto"] "";
    proto2: ["proto2.proto"] "";
    recursion: ["recursion.proto"] "";
    rules: ["rules.proto", "predefined.proto"] "deny=unsupported-rule";
    speaks_proto: ["user.proto", "fields.proto", "two_services.proto"] "types=proto";
    stock: ["stock.proto"] "emit=adapter+client+fake";
    times_chrono: ["times.proto"] "timestamp=chrono,duration=chrono,timestamp=.times.v1.Plain=runtime";
    times_jiff: ["times.proto"] "timestamp=jiff,duration=jiff,timestamp=.times.v1.Plain=runtime";
    times_time: ["times.proto"] "timestamp=time,duration=time,timestamp=.times.v1.Plain=runtime";
    two_services: ["two_services.proto"] "";
    user: ["user.proto"] "";
    well_known: ["well_known.proto", "well_known_fields.proto"] "";
}

/// The order in which files are named does not matter, nor how often the generator ran before.
#[test]
fn order_does_not_matter() {
    let folder = contracts().join("golden");
    let one = generate(&folder, &["user.proto", "chat.proto", "stock.proto"], "").0;
    let other = generate(&folder, &["stock.proto", "user.proto", "chat.proto"], "").0;
    assert_eq!(one.expect("valid"), other.expect("valid"));
}
