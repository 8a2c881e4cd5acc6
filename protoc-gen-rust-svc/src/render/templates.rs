//! Service artefacts: a template for each.

use askama::Template;

use super::Unprintable;
use crate::model::Package;

macro_rules! templates {
    ($($function:ident $name:ident $path:literal;)*) => {$(
        #[derive(Template)]
        #[template(path = $path, escape = "none")]
        struct $name<'a> {
            package: &'a Package,
        }

        pub(super) fn $function(package: &Package) -> Result<syn::File, Unprintable> {
            let text = $name { package }.render().map_err(|error| Unprintable(error.to_string()))?;
            Ok(syn::parse_file(&text)?)
        }
    )*};
}

templates! {
    domain DomainTemplate "service/domain.rs.jinja";
    adapter AdapterTemplate "service/adapter.rs.jinja";
    client ClientTemplate "service/client.rs.jinja";
    gateway GatewayTemplate "service/gateway.rs.jinja";
    fake FakeTemplate "service/fake.rs.jinja";
}
