//! The paths that a module names, outside its tests.

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Item, ItemMod, ItemUse, Macro, Path, UseTree, Visibility,
    visit::{self, Visit},
};

use crate::attributes::{attributes, is_test_only};

/// A path, segment by segment.
pub(crate) type Segments = Vec<String>;

/// The names that `use` items bring into a module.
#[derive(Default)]
pub(crate) struct Imports {
    /// Each name with the path that it is bound to.
    pub(crate) names: Vec<(String, Segments)>,
    /// The modules all of whose names are imported.
    pub(crate) globs: Vec<Segments>,
}

impl Imports {
    /// Adds a `use` tree below a prefix.
    pub(crate) fn add(&mut self, prefix: &[String], tree: &UseTree) {
        let below = |name: &dyn ToString| [prefix, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.add(&below(&path.ident), &path.tree),
            UseTree::Name(name) if name.ident == "self" => self.bind(prefix.last().cloned(), prefix.to_vec()),
            UseTree::Name(name) => self.bind(Some(name.ident.to_string()), below(&name.ident)),
            UseTree::Rename(rename) => self.bind(Some(rename.rename.to_string()), below(&rename.ident)),
            UseTree::Glob(_) => self.globs.push(prefix.to_vec()),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add(prefix, tree)),
        }
    }

    fn bind(&mut self, name: Option<String>, path: Segments) {
        self.names.extend(name.map(|name| (name, path)));
    }
}

/// The form of `::name::rest`: an empty segment comes first, which no module has.
fn external(path: Segments) -> Segments {
    std::iter::once(String::new()).chain(path).collect()
}

/// Collects the paths in code, those in the arguments of macros included.
#[derive(Default)]
pub(crate) struct Mentions(pub(crate) Vec<Segments>);

impl<'ast> Visit<'ast> for Mentions {
    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test_only(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, _: &'ast ItemMod) {}

    /// A re-export is no use of what it exports.
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if matches!(item.vis, Visibility::Inherited) {
            let mut imports = Imports::default();
            imports.add(&[], &item.tree);
            let is_external = item.leading_colon.is_some();
            self.0.extend(imports.names.into_iter().map(|(_, path)| if is_external { external(path) } else { path }));
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.0.push(if path.leading_colon.is_some() { external(segments) } else { segments });
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invocation: &'ast Macro) {
        self.visit_path(&invocation.path);
        self.add_tokens(invocation.tokens.clone());
    }
}

impl Mentions {
    /// Adds each `a::b::c` in tokens.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let (mut path, mut colons) = (Segments::new(), 0);
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons < 2 {
                        self.flush(&mut path);
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.flush(&mut path);
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.add_tokens(group.stream());
                    }
                }
            }
        }
        self.flush(&mut path);
    }

    fn flush(&mut self, path: &mut Segments) {
        if !path.is_empty() {
            self.0.push(std::mem::take(path));
        }
    }
}
