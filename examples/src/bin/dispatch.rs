//! The process `dispatch`.

use std::process::ExitCode;

use clap::Parser;
use examples::node::{self, DispatchNode};

fn main() -> ExitCode {
    node::start(DispatchNode::parse().run())
}
