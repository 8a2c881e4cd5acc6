//! The handshake of a WebSocket (RFC 6455, section 4.2).

use axum::{
    extract::{FromRequestParts, ws::WebSocketUpgrade},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
};

use crate::{
    Error,
    gateway::{
        error::HttpError,
        settings::{AllowedOrigins, GatewaySettings},
    },
};

/// The subprotocol that precedes a bearer token. The scripts of a browser cannot set `Authorization`.
const BEARER: &str = "bearer";

/// A handshake that is valid.
pub(super) type Upgrade = WebSocketUpgrade;

/// Returns whether a request asks for a WebSocket.
pub(crate) fn is_handshake(parts: &Parts) -> bool {
    let is_socket = |protocol: &str| protocol.eq_ignore_ascii_case("websocket");
    parts.method == Method::GET && elements(&parts.headers, &header::UPGRADE).any(is_socket)
}

/// Checks a handshake. A token among its subprotocols becomes the header `authorization`.
pub(super) async fn accept(parts: &mut Parts, settings: &GatewaySettings) -> Result<Upgrade, HttpError> {
    check_version(&parts.headers)?;
    check_origin(&settings.web_sockets.origins, parts)?;
    let protocol = elements(&parts.headers, &header::SEC_WEBSOCKET_PROTOCOL).next().map(HeaderValue::from_str);
    if let Some(token) = token(&parts.headers) {
        parts.headers.entry(header::AUTHORIZATION).or_insert(token);
    }
    let upgrade = WebSocketUpgrade::from_request_parts(parts, &()).await;
    let refused = |why| HttpError::from(Error::invalid_argument("not a WebSocket handshake").with_source(why));
    let mut upgrade = upgrade.map_err(refused)?;
    if let Some(Ok(protocol)) = protocol {
        upgrade.set_selected_protocol(protocol);
    }
    // A message that is only somewhat too large is read, so that the caller receives the reason.
    let limit = settings.max_message_bytes.saturating_mul(2);
    Ok(upgrade.max_message_size(limit).max_frame_size(limit))
}

fn check_version(headers: &HeaderMap) -> Result<(), HttpError> {
    if headers.get(header::SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13") {
        return Ok(());
    }
    let error = Error::invalid_argument("a WebSocket needs the header sec-websocket-version: 13");
    Err(HttpError::new(StatusCode::UPGRADE_REQUIRED, error))
}

/// Fails if a page of an origin that is not allowed opens the socket. Browsers send cookies with its handshake, and only
/// they send an origin.
fn check_origin(allowed: &AllowedOrigins, parts: &Parts) -> Result<(), HttpError> {
    let Some(origin) = parts.headers.get(header::ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().unwrap_or_default();
    let is_allowed = match allowed {
        AllowedOrigins::Any => true,
        AllowedOrigins::List(origins) => origins.iter().any(|it| it.eq_ignore_ascii_case(origin)),
        AllowedOrigins::Same => {
            let authority = parts.uri.authority().map(|authority| authority.as_str());
            let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).or(authority);
            origin.split_once("://").is_some_and(|(_, own)| host.is_some_and(|host| host.eq_ignore_ascii_case(own)))
        }
    };
    is_allowed.then_some(()).ok_or_else(|| Error::permission_denied("pages of this origin may not connect").into())
}

/// Returns the token of the subprotocols `bearer, TOKEN`, as the value of `authorization`.
fn token(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut protocols = elements(headers, &header::SEC_WEBSOCKET_PROTOCOL);
    protocols.find(|protocol| protocol.eq_ignore_ascii_case(BEARER))?;
    HeaderValue::try_from(format!("Bearer {}", protocols.next()?)).ok()
}

/// Returns the elements of a header that is a list.
fn elements<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> + use<'h> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|element| !element.is_empty())
}

#[cfg(test)]
mod tests {
    use axum::http::{Request, request::Parts};

    use super::*;

    fn parts(headers: &[(&str, &str)]) -> Parts {
        let request =
            headers.iter().fold(Request::get("/v1/rooms"), |request, (name, value)| request.header(*name, *value));
        request.body(()).expect("a request").into_parts().0
    }

    #[test]
    fn only_allowed_origins_may_connect() {
        let list = AllowedOrigins::List(vec!["https://shop.example".to_owned()]);
        for (allowed, origin, expected) in [
            (&AllowedOrigins::Same, "http://api.example:8080", true),
            (&AllowedOrigins::Same, "https://API.example:8080", true),
            (&AllowedOrigins::Same, "https://api.example", false),
            (&AllowedOrigins::Same, "https://evil.example", false),
            (&AllowedOrigins::Same, "null", false),
            (&AllowedOrigins::Any, "https://evil.example", true),
            (&list, "https://shop.example", true),
            (&list, "https://shop.example.evil", false),
            (&list, "http://api.example:8080", false),
        ] {
            let request = parts(&[("host", "api.example:8080"), ("origin", origin)]);
            assert_eq!(check_origin(allowed, &request).is_ok(), expected, "{origin}");
        }
        assert!(check_origin(&AllowedOrigins::Same, &parts(&[("host", "api.example")])).is_ok(), "not a browser");
    }

    #[test]
    fn a_token_follows_the_subprotocol_bearer() {
        for (protocols, expected) in [
            ("bearer, a.b-c_d", Some("Bearer a.b-c_d")),
            ("chat, Bearer, t", Some("Bearer t")),
            ("bearer", None),
            ("chat", None),
        ] {
            let found = token(&parts(&[("sec-websocket-protocol", protocols)]).headers);
            assert_eq!(found.as_ref().and_then(|token| token.to_str().ok()), expected, "{protocols}");
        }
    }
}
