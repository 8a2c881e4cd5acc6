//! Generated code, compiled as in a crate of a user who denies all warnings; `clippy.toml` makes clippy check it as in a
//! private module.
//!
//! A case of [`edge_cases`] is a file of the folder `edge_cases/`, or the files of a folder in it, which belong together.
//! `build.rs` generates it twice: with plain types, as the module `NAME`, and with `types=proto`, as `NAME_proto`.
//! `EDGE_CASES` limits it to cases whose names begin so, `EDGE_CASES_DIR` names another folder of cases. Comments in a file
//! change how it is generated:
//!
//! | | |
//! |---|---|
//! | `// opt: name=value` | an option for the generator; `{suffix}` in it is what the module's name ends with |
//! | `// ask: VERB PATH BODY -> STATUS TEXT` | a request to a service that answers with what it is asked, and its answer |
//! | `// by: protoc` | the built-in reader refuses it |
//! | `// in: domain` | it is not generated with `types=proto` as well |
//! | `// in: parts` | what it is made of is generated apart, with `emit=`, and compiled |
//! | `// not: called with plain types` | `tests/edge_cases/calls.rs` has nothing to send, since a message has no default or a client fills in a key, or too little time |
//! | `// not: read by others` | the library that round trips are compared with refuses it, or knows nothing of what is passed through |
//! | `// not: generated` | nothing is generated for this file |
#![deny(warnings, clippy::all, clippy::pedantic)]

#[rustfmt::skip]
pub mod domain_only;

/// Contracts that are legal, with names and shapes that few expect.
#[cfg(feature = "edge-cases")]
pub mod edge_cases {
    include!(concat!(env!("OUT_DIR"), "/cases.rs"));
}
