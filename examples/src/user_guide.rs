//! The Rust code of the user guide, compiled as documentation tests.

macro_rules! page {
    ($name:ident, $file:literal) => {
        #[doc = include_str!(concat!("../../docs/", $file))]
        struct $name;
    };
}

page!(Client, "client.md");
page!(Gateway, "gateway.md");
page!(Generate, "generate.md");
page!(Observability, "observability.md");
page!(Server, "server.md");
page!(Testing, "testing.md");
page!(Tonic, "tonic.md");
page!(Types, "types.md");
