//! Finds implementations of services in the code of a project.

use syn::{ImplItem, ImplItemFn, Item, ItemImpl, Type};

use super::{
    signature::{Imports, MethodTypes, in_generated},
    target::{impl_of, is_disabled},
};

/// The implementation of a trait.
#[derive(Debug)]
pub(super) struct Implementation {
    /// The names of its methods, and their types, unless they have other parameters than those that are generated.
    pub(super) methods: Vec<(String, Option<MethodTypes>)>,
}

impl Implementation {
    /// Reads the implementation of a trait. Returns `None` if the source has none, or several.
    pub(super) fn read(source: &str, trait_name: &str) -> Option<Self> {
        let file = syn::parse_file(source).ok()?;
        let imports = Imports::of(&file);
        let types = |method: &ImplItemFn| (method.sig.ident.to_string(), MethodTypes::of_code(&method.sig, &imports));
        Some(Self { methods: methods(impl_of(&file, trait_name)?).map(types).collect() })
    }

    /// Returns whether it has a method.
    pub(super) fn has(&self, name: &str) -> bool {
        self.methods.iter().any(|(known, _)| known == name)
    }
}

/// The methods that are not disabled.
fn methods(item: &ItemImpl) -> impl Iterator<Item = &ImplItemFn> {
    item.items.iter().filter_map(|item| match item {
        ImplItem::Fn(method) => (!is_disabled(&method.attrs)).then_some(method),
        _ => None,
    })
}

/// Returns the path below `generated` of each generated trait that a source implements, and the name of the type.
pub(super) fn generated_traits(source: &str) -> Vec<(Vec<String>, String)> {
    let Ok(file) = syn::parse_file(source) else { return Vec::new() };
    if is_disabled(&file.attrs) {
        return Vec::new();
    }
    let imports = Imports::of(&file);
    let implemented = file.items.iter().filter_map(|item| match item {
        Item::Impl(item) if !is_disabled(&item.attrs) => {
            let (path, _) = item.trait_.as_ref()?;
            let Type::Path(own) = &*item.self_ty else { return None };
            let own = own.path.segments.last()?.ident.to_string();
            Some((in_generated(&imports.resolve(path))?, own))
        }
        _ => None,
    });
    implemented.collect()
}

#[cfg(test)]
mod tests {
    use super::{Implementation, generated_traits};

    const SOURCE: &str = "use crate::generated::shop::v1 as api;\nimpl api::Shop for Mine {\n    fn one(&self) {}\n    \
                          #[cfg(false)]\n    fn two(&self) {}\n}\n#[cfg(false)]\nimpl api::Old for Mine {}\nimpl Debug for Mine {}\n";

    #[test]
    fn disabled_code_is_not_seen() {
        let implementation = Implementation::read(SOURCE, "Shop").expect("an implementation");
        assert!(implementation.has("one") && !implementation.has("two"));
        assert!(Implementation::read(SOURCE, "Old").is_none());
        let path = ["shop", "v1", "Shop"].map(str::to_owned).to_vec();
        assert_eq!(generated_traits(SOURCE), [(path, "Mine".to_owned())]);
    }
}
