//! Reads the sources of this repository, for the tests of its rules.
//!
//! | module | |
//! |---|---|
//! | `repository` | files by their paths |
//! | `attributes` | attributes that decide whether an item is compiled outside tests |
//! | `crate_tree` | the modules of a crate, and the file that a path leads to |
//! | `mentions` | the paths that a module names |
//! | `graph` | which file uses which, and the cycles among them |
//! | `items` | the types and functions of a file |
//! | `words` | words in a text |

mod attributes;
mod crate_tree;
mod graph;
mod items;
mod mentions;
mod repository;
mod words;

pub use self::{
    crate_tree::CrateTree,
    graph::{Graph, cycles},
    items::{Function, TypeName, code_items, functions, type_names},
    repository::{files, is_generated, read, root, rust_sources},
    words::contains_words,
};
