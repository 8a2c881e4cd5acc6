//! The process `inventory`.

use std::process::ExitCode;

use clap::Parser;
use examples::node::{self, InventoryNode};

fn main() -> ExitCode {
    node::start(InventoryNode::parse().run())
}
