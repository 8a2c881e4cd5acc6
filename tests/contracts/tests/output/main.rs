//! What the generator prints, and what it says.

mod command;
mod comments;
mod diagnostics;
mod diff;
mod generated_code;
mod golden;
mod grpc_services;
mod malformed_requests;
mod oracle;
mod plugin;
mod program;
mod readers;
mod reflective;
