//! Checks by the rules of `buf.validate`.

use proc_macro2::TokenStream;
use quote::quote;

use super::shared::Conversions;
use crate::{
    model::RuleCheck,
    render::tokens::{code, doc},
};

/// Returns the path of the rules that are read from the descriptors.
pub(super) fn path(conversions: &Conversions<'_>) -> TokenStream {
    let up = "super::".repeat(conversions.package.module.len() + 1);
    code(&format!("{up}{}::RULES", conversions.model.descriptors))
}

/// Returns the types that check requests of custom types.
pub(super) fn types(conversions: &Conversions<'_>) -> TokenStream {
    let rules = path(conversions);
    let checks = conversions.package.checks.iter().map(|RuleCheck { ident, message }| {
        let wire = conversions.wire(&conversions.model.messages[message].rust);
        let docs = doc(&format!("Checks requests by the rules of `{message}`."));
        quote! {
            #docs
            #[derive(Clone, Copy, Debug, Default)]
            pub struct #ident;

            impl svc::Check<#wire> for #ident {
                fn check(wire: &#wire, violations: &mut svc::Violations) {
                    #rules.check(#message, wire, violations);
                }
            }
        }
    });
    checks.collect()
}
