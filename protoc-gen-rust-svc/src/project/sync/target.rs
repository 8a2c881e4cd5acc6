//! Parts of a source file that commands add to or disable.

use quote::ToTokens;
use syn::{Attribute, File, Item, ItemFn, ItemImpl, LitBool, Type};

/// The attribute that disables an item or a statement.
pub(super) const DISABLED: &str = "#[cfg(false)]";

/// A place in a source file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target<'a> {
    /// The implementation of the trait with this name.
    Impl(&'a str),
    /// The function with this name.
    Function(&'a str),
    /// The whole file.
    File,
}

/// Returns the parts of the target: the functions of an implementation, the statements of a function, or the items of the file.
/// `None` if the file has no such item, or several.
pub(super) fn parts(source: &str, target: Target<'_>) -> Option<Vec<String>> {
    parts_of(&syn::parse_file(source).ok()?, target)
}

/// Returns whether a file has a function with this name that is not disabled.
pub(super) fn has_function(source: &str, name: &str) -> bool {
    syn::parse_file(source).is_ok_and(|file| function_named(&file, name).is_some())
}

/// Returns whether an item or a file is disabled.
pub(super) fn is_disabled(attributes: &[Attribute]) -> bool {
    let is_disabling = |attribute: &Attribute| {
        attribute.path().is_ident("cfg") && attribute.parse_args().is_ok_and(|condition: LitBool| !condition.value)
    };
    attributes.iter().any(is_disabling)
}

/// Returns whether the text of tokens begins with the attribute.
pub(super) fn is_disabling(text: &str) -> bool {
    text.split_whitespace().collect::<String>().starts_with(DISABLED)
}

fn parts_of(file: &File, target: Target<'_>) -> Option<Vec<String>> {
    match target {
        Target::Impl(name) => Some(texts(&impl_of(file, name)?.items)),
        Target::Function(name) => Some(texts(&function_named(file, name)?.block.stmts)),
        Target::File => Some(texts(&file.items)),
    }
}

fn texts<T: ToTokens>(parts: &[T]) -> Vec<String> {
    parts.iter().map(|part| part.to_token_stream().to_string()).collect()
}

/// Finds the implementation of a trait, if there is one that is not disabled.
pub(super) fn impl_of<'a>(file: &'a File, trait_name: &str) -> Option<&'a ItemImpl> {
    let mut found = file.items.iter().filter(|_| !is_disabled(&file.attrs)).filter_map(|item| match item {
        Item::Impl(item) => (implements(item, trait_name) && !is_disabled(&item.attrs)).then_some(item),
        _ => None,
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

fn implements(item: &ItemImpl, trait_name: &str) -> bool {
    let of_trait = item.trait_.as_ref().and_then(|(path, _)| path.segments.last());
    of_trait.is_some_and(|segment| segment.ident == trait_name) && matches!(*item.self_ty, Type::Path(_))
}

/// Finds a function by its name, if it is not disabled.
pub(super) fn function_named<'a>(file: &'a File, name: &str) -> Option<&'a ItemFn> {
    if is_disabled(&file.attrs) {
        return None;
    }
    file.items.iter().find_map(|item| match item {
        Item::Fn(function) if function.sig.ident == name && !is_disabled(&function.attrs) => Some(function),
        _ => None,
    })
}
