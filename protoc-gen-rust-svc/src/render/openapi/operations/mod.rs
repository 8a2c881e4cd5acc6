//! The operations of a document.

mod conditions;
mod operation;
