//! M: which template a path matches. E: how variables are decoded.

use rust_svc::{
    gateway::{GatewaySettings, Unescape},
    route,
};

use super::{Reply, at, check, echo, send};

#[tokio::test]
async fn the_most_specific_template_matches() {
    let routes = [
        route::get("/one/{product_id}"),
        route::get("/many/{product_id=**}"),
        route::get("/rank/{product_id}"),
        route::get("/rank/a"),
        route::get("/rank/{product_id=**}"),
        route::get("/back/a/b/c"),
        route::get("/back/*/b/{product_id}"),
        route::get("/back/**"),
        route::get("/verb/list"),
        route::get("/verb/{product_id}/x"),
        route::get("/verb/{product_id}"),
        route::get("/verb/{product_id}:go"),
        route::get("/verb/{product_id=a/**}:go"),
        route::get("/v1/plain"),
        route::put("/one/{product_id}"),
        route::post("/one/{product_id}"),
        route::delete("/one/{product_id}"),
        route::patch("/one/{product_id}"),
        route::custom("PURGE", "/one/{product_id}"),
        route::custom("*", "/any/{product_id}"),
        route::get("/any/{product_id}"),
    ];
    let router = echo(&routes, GatewaySettings::default());
    for (rule, request, status, template) in [
        ("M23", "GET /one/a", 200, "/one/{product_id}"),
        ("M23", "GET /one/", 404, ""),
        ("M23", "GET /one//", 404, ""),
        ("M23", "GET /one/a/b", 404, ""),
        ("M23", "GET /one", 404, ""),
        ("M24", "GET /many", 200, "/many/{product_id=**}"),
        ("M24", "GET /many/", 200, "/many/{product_id=**}"),
        ("M24", "GET /many/a", 200, "/many/{product_id=**}"),
        ("M24", "GET /many/a/b/c", 200, "/many/{product_id=**}"),
        ("M24", "GET /many/a//c", 404, ""),
        ("M26", "GET /rank/a", 200, "/rank/a"),
        ("M26", "GET /rank/b", 200, "/rank/{product_id}"),
        ("M26", "GET /rank/a/b", 200, "/rank/{product_id=**}"),
        ("M26", "GET /back/a/b/c", 200, "/back/a/b/c"),
        ("M26", "GET /back/a/b/d", 200, "/back/*/b/{product_id}"),
        ("M26", "GET /back/a/c/c", 200, "/back/**"),
        ("M27", "GET /verb/list:go", 200, "/verb/{product_id}:go"),
        ("M27", "GET /verb/list:stop", 200, "/verb/{product_id}"),
        ("M27", "GET /v1/plain:go", 404, ""),
        ("M27", "GET /verb/x:GO", 200, "/verb/{product_id}"),
        ("M27", "GET /verb/a:go", 200, "/verb/{product_id=a/**}:go"),
        ("M27", "GET /verb/a/b:go", 200, "/verb/{product_id=a/**}:go"),
        ("M28", "GET /verb/a:b", 200, "/verb/{product_id}"),
        ("M28", "GET /verb/a:b/x", 200, "/verb/{product_id}/x"),
        ("M28", "GET /verb/a:b:go", 200, "/verb/{product_id}:go"),
        ("M28", "GET /verb/:go", 200, "/verb/{product_id}"),
        ("M29", "GET /v1/plain/", 404, ""),
        ("M29", "GET /one/a/", 404, ""),
        ("M30", "PUT /one/a", 200, "/one/{product_id}"),
        ("M30", "POST /one/a", 200, "/one/{product_id}"),
        ("M30", "DELETE /one/a", 200, "/one/{product_id}"),
        ("M30", "PATCH /one/a", 200, "/one/{product_id}"),
        ("M30", "PURGE /one/a", 200, "/one/{product_id}"),
        ("M30", "HEAD /one/a", 200, "/one/{product_id}"),
        ("M30", "SEARCH /one/a", 405, ""),
        ("M30", "purge /one/a", 405, ""),
        ("M30", "SEARCH /any/a", 200, "/any/{product_id}"),
        ("M30", "OPTIONS /any/a", 200, "/any/{product_id}"),
        ("E41", "GET /v%31/plain", 200, "/v1/plain"),
        ("E41", "GET /%76%31/plai%6E", 200, "/v1/plain"),
        ("E44", "GET /verb/a%3Ago", 200, "/verb/{product_id}"),
        ("E44", "GET /verb/x:%67o", 200, "/verb/{product_id}:go"),
    ] {
        let Reply { status: found, template: matched, body } = send(&router, request).await;
        assert_eq!((found, matched), (status, template), "{rule}: {request}: {body}");
    }
}

#[tokio::test]
async fn variables_hold_what_they_match() {
    let value = |value: &str| if value.is_empty() { "{}".to_owned() } else { format!(r#"{{"productId":"{value}"}}"#) };
    for (rule, template, path, expected) in [
        ("M25", "/{product_id=**}", "/a/b", "a/b"),
        ("M25", "/{product_id=**}", "/", ""),
        ("M25", "/a/{product_id=**}", "/a/b", "b"),
        ("M25", "/a/{product_id=b/**}", "/a/b", "b"),
        ("M25", "/{product_id=a/*/b/*}/c", "/a/1/b/2/c", "a/1/b/2"),
        ("M25", "/{product_id=a/**}/b/*", "/a/1/2/b/3", "a/1/2"),
        ("M28", "/{product_id=a/**}:go", "/a/x:y:go", "a/x:y"),
        ("E34", "/{product_id}", "/a%2Fb%2fc", "a/b/c"),
        ("E34", "/{product_id=*}", "/%3F%23%26", "?#&"),
        ("E35", "/{product_id=**}", "/a%2Fb", "a%2Fb"),
        ("E36", "/{product_id=**}", "/%3a%41%20", "%3aA "),
        ("E36", "/{product_id=a/*}", "/a/%40x", "a/%40x"),
        ("E37", "/{product_id}", "/a+b", "a+b"),
        ("E37", "/{product_id=**}", "/a+b/%2B", "a+b/%2B"),
        ("E42", "/{product_id}", "/%2525", "%25"),
        ("E42", "/{product_id=**}", "/%2525/%252F", "%25/%2F"),
        ("E42", "/{product_id}", "/100%25", "100%"),
        ("E43", "/{product_id}", "/%C3%A9%20", "\u{e9} "),
    ] {
        let Reply { status, body, .. } = send(&at(template), &format!("GET {path}")).await;
        assert_eq!((status, body), (200, value(expected)), "{rule}: {template} {path}");
    }
}

#[tokio::test]
async fn paths_that_cannot_be_decoded_are_refused() {
    for template in ["/a/{product_id}", "/a/{product_id=**}"] {
        check(
            &at(template),
            &[
                ("E38", "GET /a/%zz", 400, "hexadecimal"),
                ("E38", "GET /a/%4", 400, "hexadecimal"),
                ("E38", "GET /a/%", 400, "hexadecimal"),
                ("E38", "GET /nowhere/%zz", 400, "hexadecimal"),
                ("E39", "GET /a/%FF", 400, "product_id: is not UTF-8"),
                ("E39", "GET /a/%C3%28", 400, "product_id: is not UTF-8"),
                ("E39", "GET /a/%ED%A0%80", 400, "product_id: is not UTF-8"),
                ("E40", "GET /a/%00", 200, r#"{"productId":"\u0000"}"#),
                ("E43", "GET /a/%22%0A%7F", 200, "{\"productId\":\"\\\"\\n\u{7f}\"}"),
            ],
        )
        .await;
    }
}

/// E34 to E36: every printable character, encoded, in each mode.
#[tokio::test]
async fn each_mode_keeps_its_characters_encoded() {
    let modes = [(Unescape::ExceptReserved, ":/?#[]@!$&'()*+,;="), (Unescape::ExceptSlash, "/"), (Unescape::All, "")];
    for (mode, kept) in modes {
        let routes = [route::get("/one/{product_id}"), route::get("/many/{product_id=**}").unescape(mode)];
        let router = echo(&routes, GatewaySettings::default());
        for byte in 0x20..0x7f_u8 {
            let character = char::from(byte);
            let encoded = format!("%{byte:02X}");
            let decoded = character.to_string().replace('\\', "\\\\").replace('"', "\\\"");
            let expected = if kept.contains(character) { encoded.clone() } else { decoded.clone() };
            for (path, expected) in [("one", decoded), ("many", expected)] {
                let Reply { body, .. } = send(&router, &format!("GET /{path}/{encoded}")).await;
                assert_eq!(body, format!(r#"{{"productId":"{expected}"}}"#), "{mode:?} {path} {character}");
            }
        }
    }
}
