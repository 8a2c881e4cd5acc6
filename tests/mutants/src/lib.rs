//! Requests that no compiler sends, made from real ones, and what a generator may answer to them.
//!
//! `cargo run -p mutants` makes some and judges the answers; `fuzz/` has libFuzzer make them.

pub mod judge;
pub mod mutate;
pub mod real;
pub mod reduce;
mod words;
