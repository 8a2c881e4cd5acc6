//! Where that lies in Rust which was generated elsewhere.

use crate::names::is_proto_identifier;

/// The path of a module in another crate.
pub(super) fn domain_path(value: &str) -> Result<String, (String, String)> {
    if value.starts_with("::") && is_module(value) {
        return Ok(value.to_owned());
    }
    let help = "write the path of the module that holds domain types, as in domain_path=::shop_domain::generated";
    Err((format!("domain_path={value} is no path of a crate"), help.to_owned()))
}

/// A package, and the path of its module.
pub(super) fn extern_path(value: &str) -> Result<(String, String), (String, String)> {
    let malformed = || {
        let help = "write extern_path=.google.type=::my_crate::google::r#type, or crate::google::r#type in this crate";
        (format!("extern_path={value} maps no package to a path of Rust"), help.to_owned())
    };
    let (package, path) = value.split_once('=').ok_or_else(malformed)?;
    let package = package.strip_prefix('.').filter(|package| is_package(package)).ok_or_else(malformed)?;
    if is_module(path) { Ok((package.to_owned(), path.to_owned())) } else { Err(malformed()) }
}

/// Whether a text is the name of a package, or of none.
fn is_package(name: &str) -> bool {
    name.is_empty() || name.split('.').all(is_proto_identifier)
}

/// Whether a module is found from any other: behind a crate are only names.
fn is_module(path: &str) -> bool {
    let is_name = |name: &str| syn::parse_str::<syn::Ident>(name).is_ok_and(|ident| ident == name);
    match path.split_once("::") {
        None => path == "crate",
        Some((first, names)) => ["", "crate"].contains(&first) && names.split("::").all(is_name),
    }
}
