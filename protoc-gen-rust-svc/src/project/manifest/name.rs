//! Names of packages that cargo and the code of the project accept.

use std::{fmt, path::Path};

use heck::ToKebabCase as _;

use crate::{names, project::Failure};

/// The name of a package, such as `order-service`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

/// The names of crates of Rust, folders of cargo, and items in the code of the project.
const TAKEN: &[&str] = &[
    "alloc",
    "api",
    "build",
    "clap",
    "core",
    "deps",
    "examples",
    "incremental",
    "proc_macro",
    "rust_svc",
    "serde",
    "std",
    "svc",
    "test",
    "tokio",
    "toml",
    "tracing",
    "tracing_subscriber",
];

impl Name {
    /// Checks a name.
    pub fn new(name: &str) -> Result<Self, Failure> {
        let problem = problem(name);
        problem.map_or_else(|| Ok(Self(name.to_owned())), |problem| Err(invalid_name(name, &problem).into()))
    }

    /// Uses the name of the folder of the project.
    pub fn of_folder(folder: &Path) -> Result<Self, Failure> {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self::new(&name)
    }

    /// The name of the package.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the crate.
    pub fn krate(&self) -> String {
        self.0.replace('-', "_")
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Describes why a name is invalid.
fn problem(name: &str) -> Option<String> {
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let krate = name.replace('-', "_");
    if !krate.split('_').all(word) || !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Some("use words of a-z and 0-9, separated by `-` or `_`, beginning with a letter".to_owned());
    }
    if names::is_keyword(&krate) {
        return Some("it is a Rust keyword".to_owned());
    }
    TAKEN.contains(&krate.as_str()).then(|| "it is reserved by Rust, by cargo or by the code of the project".to_owned())
}

fn invalid_name(name: &str, problem: &str) -> String {
    let kebab: String = name.chars().map(|each| if each.is_ascii_alphanumeric() { each } else { '-' }).collect();
    let likely = [kebab.to_kebab_case(), format!("{}-service", kebab.to_kebab_case())];
    let such = likely.iter().find(|name| self::problem(name).is_none()).map_or("order-service", String::as_str);
    format!("error: invalid package name {name:?}: {problem}\n  help: pass another one, such as --name {such}")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Name;

    #[test]
    fn valid_names_are_accepted() {
        for name in ["a", "order-service", "order_service", "s3", "v1-api"] {
            assert_eq!(Name::new(name).unwrap().as_str(), name);
        }
        assert_eq!(Name::of_folder(Path::new("/services/order-service")).unwrap().krate(), "order_service");
    }

    #[test]
    fn invalid_names_are_errors() {
        for (name, such) in [
            ("", "order-service"),
            ("type", "type-service"),
            ("gen", "gen-service"),
            ("self", "self-service"),
            ("rust-svc", "rust-svc-service"),
            ("tokio", "tokio-service"),
            ("api", "api-service"),
            ("MyService", "my-service"),
            ("my service", "my-service"),
            ("a--b", "a-b"),
            ("1a", "order-service"),
            ("é\"\n", "order-service"),
        ] {
            let text = Name::new(name).unwrap_err().to_string();
            assert!(text.ends_with(&format!("such as --name {such}")), "{text}");
            assert_eq!(text.lines().count(), 2, "{text}");
        }
    }
}
