//! Contracts that are legal and nasty, each generated and compiled as in a crate of a user who denies all warnings;
//! `clippy.toml` has it looked at as in a private module.
//!
//! A case is a file of `cases/`, or the files of a folder there, which belong together. `build.rs` generates it twice:
//! with plain types, as the module `NAME`, and with `types=proto`, as `NAME_proto`. `HOSTILE` is what the names of those
//! begin with that are generated, if not all are, and `HOSTILE_CASES` another folder of cases. Comments in a file say
//! otherwise:
//!
//! | | |
//! |---|---|
//! | `// opt: name=value` | an option for the generator; `{suffix}` in it is what the module's name ends with |
//! | `// ask: VERB PATH BODY -> STATUS TEXT` | a request to a service that answers with what it is asked, and its answer |
//! | `// by: protoc` | the built-in reader refuses it |
//! | `// in: domain` | it is not generated with `types=proto` as well |
//! | `// in: parts` | what it is made of is generated apart, with `emit=`, and compiled |
//! | `// not: called with plain types` | `tests/calls.rs` has nothing to send, since a message has no default or a client fills in a key, or too little time |
//! | `// not: read by others` | the library that round trips are compared with refuses it, or knows nothing of what is passed through |
//! | `// not: generated` | nothing is generated for this file |
#![deny(warnings, clippy::all, clippy::pedantic)]

include!(concat!(env!("OUT_DIR"), "/cases.rs"));
