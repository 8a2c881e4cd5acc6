//! Generated code, compiled as in a crate of a user who denies all warnings; `clippy.toml` makes clippy check it as in a
//! private module.
//!
//! A case of `edge_cases` is a file of the folder `edge_cases/`, or the files of a folder in it, which belong together.
//! `build.rs` generates it twice: with plain types, as the module `NAME`, and with `types=proto`, as `NAME_proto`.
//! `EDGE_CASES` limits it to cases whose names have this prefix, `EDGE_CASES_DIR` names another folder of cases.
//! Comments in a file
//! change how it is generated:
//!
//! | | |
//! |---|---|
//! | `// opt: name=value` | an option for the generator; `{suffix}` in it is the suffix of the module's name |
//! | `// ask: VERB PATH BODY -> STATUS TEXT` | a request to a service that echoes it, and the expected response |
//! | `// by: protoc` | the built-in reader rejects it, so protoc compiles it |
//! | `// in: domain` | it is generated with plain types only |
//! | `// in: parts` | its artefacts are generated one by one with `emit=`, and compiled |
//! | `// not: called with plain types` | `tests/edge_cases/calls.rs` skips it: a message has no default, a client fills in a key, or the deadline is too short |
//! | `// not: read by others` | round trips are not compared: prost-reflect rejects it, or does not know messages that are passed through |
//! | `// not: generated` | this file is only imported |
#![deny(warnings, clippy::all, clippy::pedantic)]

#[rustfmt::skip]
pub mod domain_only;

/// Legal contracts with unusual names and shapes.
#[cfg(feature = "edge-cases")]
pub mod edge_cases {
    include!(concat!(env!("OUT_DIR"), "/cases.rs"));
}
