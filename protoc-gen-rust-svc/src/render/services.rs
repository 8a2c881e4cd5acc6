//! What looks alike for every service: templates.

use askama::Template;

use super::{Unprintable, format};
use crate::model::Package;

macro_rules! templates {
    ($($function:ident $name:ident $path:literal;)*) => {$(
        #[derive(Template)]
        #[template(path = $path, escape = "none")]
        struct $name<'a> {
            package: &'a Package,
        }

        pub(super) fn $function(package: &Package) -> Result<String, Unprintable> {
            let text = $name { package }.render().map_err(|error| Unprintable(error.to_string()))?;
            format::check(&text).map(|()| text)
        }
    )*};
}

templates! {
    domain Domain "service/domain.rs.jinja";
    adapter Adapter "service/adapter.rs.jinja";
    client Client "service/client.rs.jinja";
    gateway Gateway "service/gateway.rs.jinja";
    fake Fake "service/fake.rs.jinja";
}
