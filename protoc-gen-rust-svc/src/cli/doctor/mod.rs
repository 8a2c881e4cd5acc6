//! `protoc-gen-rust-svc doctor`: checks the tools, the plugin and the project.

mod finding;
mod project_state;
mod run;
mod tool;

pub(super) use self::run::DoctorArgs;
