//! Validation of requests, and errors with standard details.

use std::collections::BTreeSet;

use rust_svc::{
    Error, Result, Violations,
    rpc::{PreconditionFailure, PreconditionViolation, ResourceInfo},
};

/// The maximum quantity of a product in one order.
pub const MAX_QUANTITY: i32 = 1_000_000;
/// The maximum number of products in one order.
pub const MAX_ITEMS: usize = 1_000;
/// The maximum length of an identifier or key, in characters.
pub const MAX_ID: usize = 100;

const DEFAULT_PAGE: i64 = 20;
const MAX_PAGE: i64 = 100;

/// Checks a list of products and quantities.
pub fn check_items<'i>(violations: &mut Violations, items: impl ExactSizeIterator<Item = (&'i str, i32)>) {
    if !(1..=MAX_ITEMS).contains(&items.len()) {
        violations.add("items", format!("must be 1 to {MAX_ITEMS}"));
    }
    let mut seen = BTreeSet::new();
    for (index, (product, quantity)) in items.enumerate() {
        check_id(violations, &format!("items[{index}].product_id"), product);
        if !seen.insert(product) {
            violations.add(&format!("items[{index}].product_id"), "occurs twice");
        }
        if !(1..=MAX_QUANTITY).contains(&quantity) {
            violations.add(&format!("items[{index}].quantity"), format!("must be 1 to {MAX_QUANTITY}"));
        }
    }
}

/// Checks the length of an identifier.
pub fn check_id(violations: &mut Violations, field: &str, id: &str) {
    if id.is_empty() {
        violations.add(field, "is required");
    }
    check_length(violations, field, id, MAX_ID);
}

/// Checks the length of a text, in characters.
pub fn check_length(violations: &mut Violations, field: &str, text: &str, limit: usize) {
    if text.chars().count() > limit {
        violations.add(field, format!("must be no longer than {limit} characters"));
    }
}

/// Checks a geographic position. `prefix` is the path of its message, with a dot at the end.
pub fn check_place(violations: &mut Violations, prefix: &str, latitude: f64, longitude: f64) {
    if !(-90.0..=90.0).contains(&latitude) {
        violations.add(&format!("{prefix}latitude"), "must be -90 to 90");
    }
    if !(-180.0..=180.0).contains(&longitude) {
        violations.add(&format!("{prefix}longitude"), "must be -180 to 180");
    }
}

/// Fails if there are violations.
pub fn into_result(violations: Violations) -> Result<()> {
    if violations.is_empty() { Ok(()) } else { Err(violations.into()) }
}

/// Returns the size of a page (AIP-158).
pub fn page_size(asked: i32) -> Result<i64> {
    match i64::from(asked) {
        0 => Ok(DEFAULT_PAGE),
        size @ 1.. => Ok(size.min(MAX_PAGE)),
        _ => Err(invalid_field("page_size", "must not be negative")),
    }
}

/// Creates the error for one invalid field.
pub fn invalid_field(field: &str, description: &str) -> Error {
    let mut violations = Violations::default();
    violations.add(field, description);
    violations.into()
}

/// Creates the error for something that does not exist. The type is that of its message.
pub fn unknown_resource(resource_type: &str, name: &str, message: &str) -> Error {
    let info = ResourceInfo {
        resource_type: resource_type.to_owned(),
        resource_name: name.to_owned(),
        description: message.to_owned(),
        ..ResourceInfo::default()
    };
    Error::not_found(message).with_detail(info)
}

/// Creates the error for a status that does not allow a call.
pub fn wrong_status(resource_type: &str, message: String) -> Error {
    let unmet = unmet("STATUS", resource_type, message.clone());
    Error::failed_precondition(message).with_detail(PreconditionFailure { violations: vec![unmet] })
}

/// A condition that does not hold.
pub fn unmet(kind: &str, subject: &str, description: String) -> PreconditionViolation {
    PreconditionViolation { kind: kind.to_owned(), subject: subject.to_owned(), description }
}

#[cfg(test)]
mod tests {
    use rust_svc::Violations;

    use super::{check_items, check_place, page_size};

    fn fields(check: impl FnOnce(&mut Violations)) -> Vec<String> {
        let mut violations = Violations::default();
        check(&mut violations);
        violations.into_vec().into_iter().map(|violation| violation.field).collect()
    }

    #[test]
    fn finds_all_violations_of_items() {
        let items = [("tea", 1), ("tea", 0), ("", 2)];
        let found = fields(|violations| check_items(violations, items.into_iter()));
        assert_eq!(found, ["items[1].product_id", "items[1].quantity", "items[2].product_id"]);
        assert_eq!(fields(|violations| check_items(violations, [].into_iter())), ["items"]);
    }

    #[test]
    fn positions_have_limits() {
        assert!(fields(|violations| check_place(violations, "", 90.0, -180.0)).is_empty());
        assert_eq!(
            fields(|violations| check_place(violations, "to.", f64::NAN, 181.0)),
            ["to.latitude", "to.longitude"]
        );
    }

    #[test]
    fn pages_are_bounded() {
        assert_eq!(page_size(0).ok(), Some(20));
        assert_eq!(page_size(7).ok(), Some(7));
        assert_eq!(page_size(i32::MAX).ok(), Some(100));
        assert!(page_size(-1).is_err());
    }
}
