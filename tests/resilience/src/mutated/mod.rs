//! Plugin requests that no compiler sends, mutated from real ones, and the rules for the generator's responses.
//!
//! The program `mutated-requests` draws some and judges the responses; `fuzz/` has libFuzzer draw them.

pub mod bounds;
pub mod judge;
pub mod mutate;
pub mod real;
pub mod reduce;
