//! Tests of circuit breakers.
//!
//! | module | tests |
//! |---|---|
//! | `transitions` | each rule of the states |
//! | `tables` | sequences of calls |
//! | `model` | random sequences, against a plain model |
//! | `stress` | threads |

mod model;
mod stress;
mod tables;
mod transitions;
