//! The import of the runtime under its short name.

use syn::{
    Item, ItemMod, parse_quote,
    visit_mut::{self, VisitMut},
};

/// Imports the runtime.
pub(super) fn import_runtime(items: &mut Vec<Item>) {
    items.insert(
        0,
        parse_quote!(
            use ::rust_svc as svc;
        ),
    );
}

/// Imports the runtime in the modules that mention it. Returns whether these items do, apart from modules in them.
pub(super) fn import_where_mentioned(items: &mut [Item]) -> bool {
    let mut mention = RuntimeMention(false);
    for item in items {
        mention.visit_item_mut(item);
    }
    mention.0
}

/// Whether items name the runtime.
struct RuntimeMention(bool);

impl VisitMut for RuntimeMention {
    fn visit_ident_mut(&mut self, ident: &mut syn::Ident) {
        self.0 |= ident == "svc";
    }

    fn visit_item_mod_mut(&mut self, module: &mut ItemMod) {
        if let Some((_, items)) = &mut module.content
            && import_where_mentioned(items)
        {
            import_runtime(items);
        }
    }

    fn visit_attribute_mut(&mut self, attribute: &mut syn::Attribute) {
        // Documentation has no paths.
        if !attribute.path().is_ident("doc") {
            visit_mut::visit_attribute_mut(self, attribute);
        }
    }
}
