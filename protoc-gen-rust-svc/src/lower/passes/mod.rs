//! The passes over the model, in their order. Each runs once.
//!
//! | pass | needs | guarantees |
//! |---|---|---|
//! | `tell_apart_json_names` | fields | no two fields of a message have one JSON name |
//! | `reject_routes` | fields, JSON names, routes | routes are valid, and no two of a service match the same requests |
//! | `break_required_cycles` | `Field::required` | no message requires another of its own kind through `REQUIRED` fields |
//! | `box_recursion` | fields | a field that leads back to its own message is boxed |
//! | `derive` | `required`, `boxed` | `is_eq`, `is_hash` and `has_default` hold for a message and all that it contains |
//! | `mark_holders` | `required`, behaviors, rules | `has_input_only`, `has_rules` and `masked` cover nested messages |
//! | `add_request_checks` | `has_rules`, forms | a package has a check for each request of a custom type with rules |
//! | `complete_fakes` | `derive`, options | a package knows the artefacts that its fakes use, a method whether its response has a default |
//! | `mark_json_packages` | routes | a package has the JSON codec if a routed method reaches one of its types |
//! | `collect_package_names` | types, services | a package knows the names that may hide those of the prelude |
//! | `mark_idempotency_keys` | policies | a request knows the field of its key; invalid keys are reported |
//! | `mark_named_fields` | routes, policies | a field knows whether a path or key names it |

mod boxes;
mod derives;
mod fakes;
mod holders;
mod idempotency_keys;
mod json_names;
mod json_packages;
mod named_fields;
mod package_names;
mod request_checks;
mod required_cycles;
mod routes;
mod run;

pub(crate) use self::run::run;
