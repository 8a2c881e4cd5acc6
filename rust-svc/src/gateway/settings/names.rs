//! Lists of names, with wildcards.

/// A list of names of headers or parameters. A name that ends in `*` matches all names with this start, so that `*` matches
/// every name. Upper and lower case are alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameList(Vec<String>);

impl NameList {
    /// Creates a list without names.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    pub(in crate::gateway) fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|own| match own.strip_suffix('*') {
            Some(start) => name.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start)),
            None => own.eq_ignore_ascii_case(name),
        })
    }
}

impl<T: Into<String>, const N: usize> From<[T; N]> for NameList {
    fn from(names: [T; N]) -> Self {
        names.into_iter().collect()
    }
}

impl<T: Into<String>> FromIterator<T> for NameList {
    fn from_iter<I: IntoIterator<Item = T>>(names: I) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::NameList;

    #[test]
    fn a_list_has_names_and_starts_of_names() {
        let list = NameList::from(["X-Tenant", "x-b3-*"]);
        for (name, is_in) in [
            ("x-tenant", true),
            ("X-TENANT", true),
            ("x-tenant-id", false),
            ("x-tenan", false),
            ("x-b3-traceid", true),
            ("X-B3-", true),
            ("x-b3", false),
            ("\u{e9}", false),
        ] {
            assert_eq!(list.contains(name), is_in, "{name}");
        }
        assert!(NameList::from(["*"]).contains("x") && !NameList::new().contains("x"));
    }
}
