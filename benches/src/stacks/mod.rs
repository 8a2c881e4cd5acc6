//! The stacks that are compared. Each is a `Stack`; a `Caller` is a client of one of them, which [`load`] calls.
//!
//! | module | stack |
//! |---|---|
//! | [`ours`] | this project, with deadlines, metrics and unsampled traces |
//! | [`tonic`] | tonic, with the stubs of its own generator and nothing around them |
//! | `official` | a client of the crate `grpc`, for unary calls |
//! | [`connect_rust`] | connect-rust, with the gRPC protocol and nothing around its stubs |

pub mod command;
pub mod connect_rust;
mod generated;
pub mod http_request;
pub mod load;
pub mod name;
mod official;
pub mod ours;
mod parts;
pub mod policies;
pub mod stack;
pub mod tonic;

pub use generated::echo::bench::wire::v1 as echo;
