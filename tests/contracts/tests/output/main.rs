//! The generator's output: code, diagnostics and reports.

mod changes;
mod command;
mod comments;
mod diagnostics;
mod diff;
mod generated_code;
mod golden;
mod grpc_services;
mod http_rules;
mod json_output;
mod malformed_requests;
mod mistakes;
mod oracle;
mod plugin;
mod positions;
mod program;
mod readers;
mod reflective;
mod service_configs;
mod split;
