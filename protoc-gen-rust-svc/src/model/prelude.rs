//! Names of Rust's prelude in packages that have types of the same names.

use super::Package;

impl Package {
    /// A name of Rust's prelude, by its full path if a type of the package hides it.
    pub fn prelude(&self, name: &'static str) -> String {
        if !self.names.contains(name) {
            return name.to_owned();
        }
        let module = match name {
            "Box" => "boxed",
            "Clone" => "clone",
            "Debug" => "fmt",
            "Default" => "default",
            "From" => "convert",
            "Option" => "option",
            "Send" | "Sized" | "Sync" => "marker",
            "String" => "string",
            _ => "vec",
        };
        format!("::std::{module}::{name}")
    }

    /// Whether it has messages or enums.
    pub fn has_types(&self) -> bool {
        !self.messages.is_empty() || !self.enums.is_empty()
    }

    /// `Send`.
    pub fn send(&self) -> String {
        self.prelude("Send")
    }

    /// The macro `Clone`.
    pub fn clone_macro(&self) -> String {
        self.prelude("Clone")
    }

    /// The macro `Debug`.
    pub fn debug_macro(&self) -> String {
        self.prelude("Debug")
    }

    /// `Default`.
    pub fn default(&self) -> String {
        self.prelude("Default")
    }

    /// `Sized`.
    pub fn sized(&self) -> String {
        self.prelude("Sized")
    }

    /// `Sync`.
    pub fn sync(&self) -> String {
        self.prelude("Sync")
    }
}
