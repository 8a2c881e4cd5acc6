//! One REST API, served by generated code and by an axum application written by hand.
//!
//! | module | contents |
//! |---|---|
//! | [`ours`] | the generated gateway, on the service itself or on a client of it |
//! | [`axum`] | axum and serde, written by hand |
//! | [`requests`] | the requests that both are sent |
//! | [`command`] | the command line of the programs |

pub mod axum;
mod caller;
pub mod command;
mod generated;
pub mod ours;
mod parts;
pub mod requests;
