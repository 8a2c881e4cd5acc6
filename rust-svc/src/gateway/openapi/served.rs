//! The OpenAPI document of a gateway, and a page to try its calls.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{HeaderValue, Method as HttpMethod, Response, header, request::Parts},
};

/// The page, with a placeholder for the path of the document. It uses nothing from elsewhere.
const PAGE: &str = include_str!("page.html");
const PLACEHOLDER: &str = "%DOCUMENT%";

/// Scripts and styles are within the page, and calls go to the server that the page is from.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// An OpenAPI document that a gateway serves, with a page to read it and to try calls.
///
/// The generator writes the document with `emit=openapi`, and generated code has it as the constant `OPENAPI`.
///
/// ```
/// # use rust_svc as svc;
/// # const OPENAPI: &str = "{}";
/// use svc::gateway::{GatewayRoutes, OpenApi};
///
/// let routes = GatewayRoutes::new().openapi(OpenApi::new(OPENAPI));
/// ```
#[derive(Clone, Debug)]
pub struct OpenApi {
    document: &'static str,
    path: String,
    page: Option<String>,
}

impl OpenApi {
    /// Serves a document at `/openapi.json`, or `/openapi.yaml` if it is YAML. The page is at `/docs`; it reads only JSON.
    pub fn new(document: &'static str) -> Self {
        let is_json = is_json(document);
        let path = if is_json { "/openapi.json" } else { "/openapi.yaml" };
        Self { document, path: path.to_owned(), page: is_json.then(|| "/docs".to_owned()) }
    }

    /// Serves the document at another path, which begins with a slash.
    pub fn at(self, path: impl Into<String>) -> Self {
        Self { path: path.into(), ..self }
    }

    /// Serves the page at another path, which begins with a slash.
    pub fn page_at(self, path: impl Into<String>) -> Self {
        Self { page: Some(path.into()), ..self }
    }

    /// Serves no page.
    pub fn without_page(self) -> Self {
        Self { page: None, ..self }
    }

    fn assets(&self) -> impl Iterator<Item = (String, Asset)> {
        let content_type = if is_json(self.document) { "application/json" } else { "application/yaml" };
        let document = Asset { content_type, text: self.document.to_owned() };
        let page = self.page.as_ref().map(|page| {
            let text = PAGE.replace(PLACEHOLDER, &relative(page, &self.path));
            (page.clone(), Asset { content_type: "text/html; charset=utf-8", text })
        });
        std::iter::once((self.path.clone(), document)).chain(page)
    }
}

/// Documents and pages, by their paths.
#[derive(Debug)]
pub(in super::super) struct Assets(BTreeMap<String, Asset>);

#[derive(Debug)]
struct Asset {
    content_type: &'static str,
    text: String,
}

impl Assets {
    /// Collects the assets of documents. The first one at a path remains.
    pub(in super::super) fn new(documents: &[OpenApi]) -> Self {
        Self(documents.iter().rev().flat_map(OpenApi::assets).collect())
    }

    /// Returns the response to a request for an asset.
    pub(in super::super) fn serve(&self, parts: &Parts) -> Option<Response<Body>> {
        let is_read = [HttpMethod::GET, HttpMethod::HEAD].contains(&parts.method);
        let asset = self.0.get(parts.uri.path()).filter(|_| is_read)?;
        let mut response = Response::new(Body::from(asset.text.clone()));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        Some(response)
    }
}

fn is_json(document: &str) -> bool {
    document.trim_start().starts_with('{')
}

/// Returns the path of the document as seen from the page, so that both may be below a prefix. It is an attribute of HTML.
fn relative(page: &str, document: &str) -> String {
    let up = "../".repeat(page.matches('/').count().saturating_sub(1));
    let path = format!("{up}{}", document.trim_start_matches('/'));
    path.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn the_document_is_found_below_a_prefix() {
        for (page, document, expected) in [
            ("/docs", "/openapi.json", "openapi.json"),
            ("/a/docs", "/openapi.json", "../openapi.json"),
            ("/docs", "/b/\"x", "b/&quot;x"),
        ] {
            assert_eq!(relative(page, document), expected);
        }
    }
}
