//! What the generator prints, and what it says.

mod diagnostics;
mod golden;
