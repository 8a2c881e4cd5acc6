//! Shared parts of the test crates.
//!
//! | module | holds |
//! |---|---|
//! | `folder` | files below a folder, by their paths |
//! | `generate` | the generator in process |
//! | [`comments`] | the search for comments of a `.proto` in the generated code |
//! | [`words`], [`random`] | words for contracts, and random choices |
//! | [`registry`], [`services`] | programs that use the types and services of generated code |
//! | [`edge_cases`] | contracts at the edges of what is legal, generated to be compiled |
//! | [`shapes`] | contracts of unlucky shapes, of any size |
//! | [`roundtrip`] | round trips of random messages through conversions and codecs |

#[cfg(feature = "generator")]
pub mod comments;
#[cfg(feature = "generator")]
pub mod edge_cases;
mod folder;
#[cfg(feature = "generator")]
mod generate;
#[cfg(feature = "random")]
pub mod random;
pub mod registry;
#[cfg(feature = "roundtrip")]
pub mod roundtrip;
#[cfg(feature = "generator")]
pub mod services;
pub mod shapes;
#[cfg(feature = "random")]
pub mod words;

pub use self::folder::{contracts, names, repository, tree};
#[cfg(feature = "generator")]
pub use self::generate::{generate, input, options_of};
