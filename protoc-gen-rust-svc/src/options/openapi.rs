//! Options of the OpenAPI document.

use std::collections::BTreeSet;

use super::value::unknown;

/// How the OpenAPI document is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenApiOptions {
    /// Whether the option is set, which requests the document.
    pub is_requested: bool,
    /// Whether the version is 3.0 instead of 3.1.
    pub is_version_3_0: bool,
    /// Whether the file is YAML instead of JSON.
    pub is_yaml: bool,
    /// The format of errors.
    pub errors: DocumentedErrors,
    /// Whether calls have a bearer token.
    pub has_bearer: bool,
    /// Whether calls have a user and a password.
    pub has_basic: bool,
    /// Whether calls have a key in the header `x-api-key`.
    pub has_api_key: bool,
    /// The labels of `google.api.visibility` whose elements are described.
    pub visible_labels: BTreeSet<String>,
}

/// The format of errors in the OpenAPI document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DocumentedErrors {
    /// `google.rpc.Status`.
    #[default]
    Status,
    /// Those of Google's REST APIs.
    Google,
    /// Problem details (RFC 9457).
    Problem,
}

impl OpenApiOptions {
    const VALUES: [&str; 10] =
        ["3.1", "3.0", "json", "yaml", "status", "google", "problem", "bearer", "basic", "api-key"];

    /// Sets values separated by `+`.
    pub(super) fn set(&mut self, values: &str) -> Result<(), (String, String)> {
        self.is_requested = true;
        for value in values.split('+') {
            match value {
                "3.1" => self.is_version_3_0 = false,
                "3.0" => self.is_version_3_0 = true,
                "json" => self.is_yaml = false,
                "yaml" => self.is_yaml = true,
                "status" => self.errors = DocumentedErrors::Status,
                "google" => self.errors = DocumentedErrors::Google,
                "problem" => self.errors = DocumentedErrors::Problem,
                "bearer" => self.has_bearer = true,
                "basic" => self.has_basic = true,
                "api-key" => self.has_api_key = true,
                _ => return Err(unknown("openapi", value, &Self::VALUES)),
            }
        }
        Ok(())
    }

    /// Adds labels separated by `+`.
    pub(super) fn show(&mut self, labels: &str) -> Result<(), (String, String)> {
        if labels.split('+').any(str::is_empty) {
            let help = "write the labels of `google.api.visibility` to describe: openapi_visibility=PREVIEW+INTERNAL";
            return Err(("empty label in option `openapi_visibility`".to_owned(), help.to_owned()));
        }
        self.visible_labels.extend(labels.split('+').map(str::to_owned));
        Ok(())
    }

    /// Whether the document describes an element with labels, separated by commas. One of them is enough.
    pub fn shows(&self, restriction: &str) -> bool {
        let mut labels = restriction.split(',').map(str::trim).filter(|label| !label.is_empty()).peekable();
        labels.peek().is_none() || labels.any(|label| self.visible_labels.contains(label))
    }

    /// The name of the file.
    pub fn file(&self) -> &'static str {
        if self.is_yaml { "openapi.yaml" } else { "openapi.json" }
    }
}
