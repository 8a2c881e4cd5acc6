//! The process `gateway`.

use std::process::ExitCode;

use clap::Parser;
use examples::node::{self, GatewayNode};

fn main() -> ExitCode {
    node::start(GatewayNode::parse().run())
}
