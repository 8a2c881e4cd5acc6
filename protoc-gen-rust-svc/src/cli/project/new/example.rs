//! The contract of a project that starts without one.

use std::{
    io::{self, BufRead as _, IsTerminal as _},
    path::Path,
};

use heck::{ToSnakeCase as _, ToUpperCamelCase as _};

use crate::{
    cli::output::{Failure, print_output},
    project::manifest::name::Name,
};

const NO_CONTRACT: &str = "error: no contract\n  help: pass --proto FILE, or --yes for an example contract";

/// Asks whether to start with an example contract. Fails if the answer is no, or if there is no terminal to ask.
pub(super) fn confirm(is_confirmed: bool) -> Result<(), Failure> {
    if is_confirmed {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(NO_CONTRACT.into());
    }
    print_output("no --proto: start with an example contract? [Y/n] ")?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    match answer.trim().to_lowercase().as_str() {
        "" | "y" | "yes" => Ok(()),
        _ => Err(NO_CONTRACT.into()),
    }
}

/// Returns the import name and the text of a contract that is named like the project.
pub(super) fn contract(folder: &Path, name: Option<&str>) -> Result<(String, String), Failure> {
    let name = match name {
        Some(name) => Name::new(name)?,
        None => Name::of_folder(&std::path::absolute(folder)?)?,
    };
    let stem = name.as_str().to_snake_case();
    let stem = stem.strip_suffix("_service").unwrap_or(&stem);
    let stem = if stem.starts_with(|first: char| first.is_ascii_digit()) { "example" } else { stem };
    Ok((format!("{stem}/v1/{stem}.proto"), text(stem, &stem.to_upper_camel_case())))
}

fn text(package: &str, title: &str) -> String {
    format!(
        r#"syntax = "proto3";

package {package}.v1;

import "google/api/annotations.proto";
import "rust_svc/v1/options.proto";

// An example: replace its methods with yours.
service {title}Service {{
  // Returns one item.
  rpc GetItem(GetItemRequest) returns (GetItemResponse) {{
    option (google.api.http) = {{get: "/v1/items/{{item_id}}"}};
    option (rust_svc.v1.method) = {{deadline: "1s"}};
  }}
}}

message GetItemRequest {{
  string item_id = 1;
}}

message GetItemResponse {{
  string item_id = 1;
  string title = 2;
}}
"#
    )
}
