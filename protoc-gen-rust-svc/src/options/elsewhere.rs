//! Rust paths of code that other runs generate.

use crate::names::is_proto_identifier;

/// Parses the path of a module in another crate.
pub(super) fn domain_path(value: &str) -> Result<String, (String, String)> {
    if value.starts_with("::") && is_module(value) {
        return Ok(value.to_owned());
    }
    let help = "write the path of the module that holds the plain types, as in `domain_path=::shop_domain::generated`";
    Err((format!("invalid option `domain_path={value}`"), help.to_owned()))
}

/// Parses a package and the path of its module.
pub(super) fn extern_path(value: &str) -> Result<(String, String), (String, String)> {
    let malformed = || {
        let help = "write a package and a Rust path, as in `extern_path=.google.type=::my_crate::google::r#type`";
        (format!("invalid option `extern_path={value}`"), help.to_owned())
    };
    let (package, path) = value.split_once('=').ok_or_else(malformed)?;
    if !package.starts_with('.') && is_package(package) {
        let message = format!("package without a leading dot in `extern_path={value}`");
        return Err((message, format!("write `extern_path=.{value}`")));
    }
    let package = package.strip_prefix('.').filter(|package| is_package(package)).ok_or_else(malformed)?;
    if is_module(path) { Ok((package.to_owned(), path.to_owned())) } else { Err(malformed()) }
}

/// Parses the full name of a package or service, with a leading dot.
pub(super) fn full_name(option: &str, value: &str) -> Result<String, (String, String)> {
    let name = value.strip_prefix('.').filter(|name| !name.is_empty() && is_package(name));
    let help = || format!("write a full name with a leading dot, as in `{option}=.inventory.v1.InventoryService`");
    name.map(str::to_owned).ok_or_else(|| (format!("invalid option `{option}={value}`"), help()))
}

/// Whether a text is a package name; the empty package included.
fn is_package(name: &str) -> bool {
    name.is_empty() || name.split('.').all(is_proto_identifier)
}

/// Whether a path is absolute: a crate, then names.
fn is_module(path: &str) -> bool {
    let is_name = |name: &str| syn::parse_str::<syn::Ident>(name).is_ok_and(|ident| ident == name);
    match path.split_once("::") {
        None => path == "crate",
        Some((first, names)) => ["", "crate"].contains(&first) && names.split("::").all(is_name),
    }
}
