//! The module tree: a `mod.rs` for each folder.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;

use super::{
    insertion_point,
    tree::{Module, ModuleTree},
};
use crate::{
    docs,
    lower::Lowered,
    model::{Artefacts, Package},
    names::Ident,
    options::{Artefact, Options},
    render::{
        Unprintable,
        tokens::{code, comment_attribute, inner_attribute},
    },
};

/// Returns the module of an artefact.
pub(in crate::render) fn module_of(artefacts: &Artefacts, artefact: Artefact) -> &Ident {
    match artefact {
        Artefact::Domain => &artefacts.domain,
        Artefact::Pb | Artefact::Descriptor | Artefact::Openapi | Artefact::Routes => &artefacts.pb,
        Artefact::Convert => &artefacts.convert,
        Artefact::Adapter => &artefacts.adapter,
        Artefact::Client => &artefacts.client,
        Artefact::Gateway => &artefacts.gateway,
        Artefact::Fake => &artefacts.fake,
        Artefact::Json => &artefacts.json,
    }
}

/// An index that is to be rendered.
pub(in crate::render) struct Index<'a> {
    pub(in crate::render) lowered: &'a Lowered,
    pub(in crate::render) options: &'a Options,
    pub(in crate::render) tree: &'a ModuleTree<'a>,
    pub(in crate::render) path: &'a [Ident],
    pub(in crate::render) module: &'a Module<'a>,
    /// The artefacts of the package of the module.
    pub(in crate::render) artefacts: Vec<Artefact>,
    /// Whether the root has a module with descriptors.
    pub(in crate::render) has_descriptor: bool,
    /// Whether an OpenAPI document is beside the root.
    pub(in crate::render) has_document: bool,
}

impl Index<'_> {
    /// Returns the syntax tree of the index.
    pub(in crate::render) fn file(&self) -> Result<syn::File, Unprintable> {
        let package = self.module.package;
        let modules = self.children().chain(package.into_iter().flat_map(|package| self.artefacts(package)));
        let modules: BTreeMap<_, _> = modules.chain(self.descriptor()).collect();
        let modules = modules.values();
        let exports = package.map(|package| self.exports(package)).unwrap_or_default();
        let exports = exports.into_iter().chain(self.only_package()).chain(self.imported());
        let export = (self.is_root() && self.has_descriptor).then(|| {
            let descriptors = &self.lowered.model.descriptors;
            quote!(pub use self::#descriptors::FILE_DESCRIPTOR_SET;)
        });
        let document = self.document();
        let check = package.is_some().then(|| {
            quote!(
                const _: () = ::rust_svc::GENERATED_BY_0_1;
            )
        });
        let mut file: syn::File = syn::parse2(quote!(#(#modules)* #(#exports)* #export #document #check))?;
        file.attrs = self.head();
        if let Some(syn::Item::Const(check)) = file.items.last_mut() {
            check.attrs.push(comment_attribute(" Does not compile if the runtime is older than this code."));
        }
        Ok(file)
    }

    /// Returns the constant with the OpenAPI document.
    fn document(&self) -> Option<TokenStream> {
        let is_here = self.is_root() && self.tree.part.is_none() && self.has_document;
        let file = self.options.openapi.file();
        is_here.then(|| {
            quote!(
                #[doc = " The OpenAPI document of all HTTP routes."]
                pub const OPENAPI: &str = include_str!(#file);
            )
        })
    }

    fn is_root(&self) -> bool {
        self.path.is_empty()
    }

    /// Returns the documentation of the module and, in the root, what holds for all modules.
    fn head(&self) -> Vec<Attribute> {
        let mut head = vec![inner_attribute("doc", &format!(" {}", self.title()))];
        if self.is_root() {
            let comment = |text: &str| inner_attribute("comment", text);
            head.push(comment(""));
            head.extend(REASONS.iter().map(|reason| comment(&format!(" {reason}"))));
            head.push(allow());
            if self.tree.part.is_none() {
                head.push(comment(&insertion_point::comment(&self.lowered.model)));
            }
        }
        head
    }

    fn title(&self) -> String {
        let name: Vec<_> = self.path.iter().map(Ident::plain).collect();
        match (self.module.package, &*self.tree.packages) {
            (Some(package), _) if package.name.is_empty() => {
                format!("Files without a package ({}), and generated packages.", sources(package))
            }
            (Some(package), _) => title_of(package),
            (None, [package]) if self.is_root() && self.tree.part.is_some() => title_of(package),
            (None, _) if name.is_empty() => "Generated packages.".to_owned(),
            (None, _) => format!("Packages in `{}`.", name.join(".")),
        }
    }

    /// Returns the modules of packages below this one.
    fn children(&self) -> impl Iterator<Item = (Ident, TokenStream)> {
        self.module.children.iter().map(|name| ((*name).clone(), self.child(name)))
    }

    fn child(&self, name: &Ident) -> TokenStream {
        let path = [self.path, std::slice::from_ref(name)].concat();
        let Some(child) = self.tree.modules.get(&*path) else { return TokenStream::new() };
        match (child.origin, child.feature) {
            (Some(origin), _) if child.is_import() => import(origin, &path, None),
            (_, Some(feature)) if child.children.is_empty() => quote!(#[cfg(feature = #feature)] pub mod #name;),
            _ => quote!(pub mod #name;),
        }
    }

    /// Returns the import of what another crate has in this module, beside modules of this crate.
    fn imported(&self) -> Option<TokenStream> {
        self.module.origin.map(|origin| import(origin, self.path, Some(quote!(::*))))
    }

    /// Returns the export of a crate's only package at its root.
    fn only_package(&self) -> Option<TokenStream> {
        let [package] = &*self.tree.packages else { return None };
        let is_alone = self.is_root() && self.tree.part.is_some() && !package.module.is_empty();
        let module = &package.module;
        // Of two packages at the root, neither would have precedence.
        (is_alone && self.module.origin.is_none()).then(|| quote!(pub use self #(::#module)*::*;))
    }

    /// Returns the condition of the items of a package whose module is always there, because others are below it.
    fn condition(&self) -> Option<TokenStream> {
        let is_conditional = self.is_root() || !self.module.children.is_empty();
        self.module.feature.filter(|_| is_conditional).map(|feature| quote!(#[cfg(feature = #feature)]))
    }

    /// Returns the modules of the artefacts.
    fn artefacts(&self, package: &Package) -> Vec<(Ident, TokenStream)> {
        let condition = self.condition();
        let is_domain_elsewhere = self.options.domain_path.is_some();
        let module = |artefact: &Artefact| {
            let name = module_of(&package.artefacts, *artefact);
            let declaration = match artefact {
                Artefact::Pb => quote!(#[doc = " Prost messages."] pub mod #name;),
                Artefact::Json => quote!(#[doc = " JSON codecs of the messages."] pub mod #name;),
                Artefact::Convert if is_domain_elsewhere => {
                    quote!(#[doc = " Conversions between domain types and messages."] pub mod #name;)
                }
                _ => quote!(mod #name;),
            };
            (name.clone(), quote!(#condition #declaration))
        };
        self.artefacts.iter().map(module).collect()
    }

    /// Returns the re-exports of the package: its domain types and services at its own path.
    fn exports(&self, package: &Package) -> Vec<TokenStream> {
        let condition = self.condition();
        let is_exported = |artefact: &&Artefact| match artefact {
            Artefact::Pb => self.options.uses_messages(),
            Artefact::Json | Artefact::Convert => false,
            _ => true,
        };
        let names = self.artefacts.iter().filter(is_exported).map(|artefact| module_of(&package.artefacts, *artefact));
        let names: BTreeSet<_> = names.collect();
        let local = names.into_iter().map(|name| quote!(pub use self::#name::*;));
        local.chain(self.domain_elsewhere(package)).map(|export| quote!(#condition #export)).collect()
    }

    /// Returns the export of domain types that are in another crate.
    fn domain_elsewhere(&self, package: &Package) -> Option<TokenStream> {
        let has_any = package.has_types() || !package.services.is_empty();
        let path = code(self.options.domain_path.as_ref().filter(|_| has_any)?);
        let modules = &package.module;
        Some(quote!(pub use #path #(::#modules)*::*;))
    }

    /// Returns the module of the descriptors, whose file has one name in all trees.
    fn descriptor(&self) -> Option<(Ident, TokenStream)> {
        if !(self.is_root() && self.has_descriptor) {
            return None;
        }
        let module = &self.lowered.model.descriptors;
        let name = Artefact::Descriptor.name();
        let file = format!("{name}.rs");
        let path = (module.as_str() != name).then(|| quote!(#[path = #file]));
        Some((module.clone(), quote!(#path mod #module;)))
    }
}

/// Returns an import from the module of another crate.
fn import(origin: &str, path: &[Ident], rest: Option<TokenStream>) -> TokenStream {
    let origin = Ident::snake(origin);
    quote!(pub(crate) use ::#origin #(::#path)* #rest;)
}

fn title_of(package: &Package) -> String {
    format!("Package `{}`, generated from {}.", package.name, sources(package))
}

/// Returns the names of the files of a package, for documentation.
fn sources(package: &Package) -> String {
    let quote = |file: &String| format!("`{}`", file.chars().map(docs::sanitize).collect::<String>().replace('`', "'"));
    package.files.iter().map(quote).collect::<Vec<_>>().join(", ")
}

/// Why the lints are allowed.
const REASONS: [&str; 4] = [
    "These lints are allowed for a reason:",
    "- dead_code, unreachable_pub, unused: a program uses a part of its contracts",
    "- deprecated: deprecated methods are served and deprecated fields converted",
    "- clippy: names, shapes, sizes, numbers and comments are those of the .proto files",
];

fn allow() -> Attribute {
    syn::parse_quote! {
        #![allow(
            dead_code, deprecated, unreachable_pub, unused_imports, unused_qualifications,
            clippy::approx_constant, clippy::disallowed_names, clippy::doc_lazy_continuation, clippy::doc_markdown,
            clippy::enum_variant_names, clippy::iter_not_returning_iterator, clippy::large_enum_variant,
            clippy::large_stack_arrays, clippy::len_without_is_empty, clippy::many_single_char_names,
            clippy::module_inception, clippy::new_ret_no_self, clippy::self_named_constructors,
            clippy::should_implement_trait, clippy::similar_names, clippy::struct_excessive_bools,
            clippy::struct_field_names, clippy::too_many_lines, clippy::trivially_copy_pass_by_ref,
            clippy::upper_case_acronyms, clippy::wrong_self_convention, clippy::zero_sized_map_values,
        )]
    }
}
