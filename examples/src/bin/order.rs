//! The process `order`.

use std::process::ExitCode;

use clap::Parser;
use examples::node::{self, OrderNode};

fn main() -> ExitCode {
    node::start(OrderNode::parse().run())
}
