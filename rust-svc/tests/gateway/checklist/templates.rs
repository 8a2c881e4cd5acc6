//! T: the grammar of path templates. V: variables and fields of bodies, against the messages of a method.

use std::sync::Arc;

use rust_svc::{Gateway, gateway::Route, path::Template, route};

use crate::stock::{ECHO, Shelf, StockService};

#[test]
fn templates_follow_the_grammar() {
    for (rule, text, why) in [
        ("T1", "/v1", ""),
        ("T1", "v1", "starts with `/`"),
        ("T1", "/v1//a", "empty"),
        ("T1", "/v1/", "empty"),
        ("T1", "/{a", "has no `}`"),
        ("T1", "/a}", "has no `{`"),
        ("T1", "/{}", "name of a field"),
        ("T1", "/{a=}", "empty"),
        ("T1", "/{=x}", "name of a field"),
        ("T1", "/{a.}", "name of a field"),
        ("T1", "/{.a}", "name of a field"),
        ("T1", "/{a..b}", "name of a field"),
        ("T2", "/{a={b}}", "another variable"),
        ("T2", "/{a=b/{c=*}}", "another variable"),
        ("T3", "/a/**", ""),
        ("T3", "/a/**:b", ""),
        ("T3", "/{a=b/**}:c", ""),
        ("T3", "/{a=b/**}/c", ""),
        ("T3", "/**/a", "last segment"),
        ("T3", "/**/*", "last segment"),
        ("T3", "/**/**", "last segment"),
        ("T3", "/{a=**}/{b=**}", "only once"),
        ("T4", "/a:", "verb"),
        ("T4", "/{a}:", "verb"),
        ("T4", "/{a}:b/c", "verb"),
        ("T5", "/{a}/{a}", "binds `a` twice"),
        ("T5", "/{a.b}/{a.c}", ""),
        ("T5", "/{a}/{a.b}", "binds `a` twice"),
        ("T7", "/a:b/c", ""),
        ("T8", "/a%2Fb", ""),
        ("T8", "/a%2", "hexadecimal"),
    ] {
        let found = Template::parse(text).map_err(|error| error.message().to_owned());
        match why {
            "" => assert!(found.is_ok(), "{rule}: {text}: {found:?}"),
            why => assert!(found.expect_err(text).contains(why), "{rule}: {text}"),
        }
    }
}

#[test]
fn templates_with_one_shape_are_alike() {
    for (rule, one, other, alike) in [
        ("T6", "/{name}", "/{name=*}", true),
        ("T6", "/{name}", "/*", true),
        ("T6", "/{name}", "/{name=**}", false),
        ("T7", "/a:b/c", "/a/c:b", false),
        ("T8", "/v%31", "/v1", true),
        ("T8", "/a%2Fb", "/a/b", false),
        ("T8", "/a%2fb", "/a%2Fb", true),
    ] {
        let shape = |text| Template::parse(text).expect(text).shape();
        assert_eq!(shape(one) == shape(other), alike, "{rule}: {one} {other}");
    }
}

/// The generator checks nested fields and their types; a gateway checks the names of fields.
#[test]
fn variables_and_bodies_name_fields() {
    for (rule, route, why) in [
        ("V9", route::get("/{product_id}"), ""),
        ("V9", route::get("/{product}"), "the request has no field `product`"),
        ("V12", route::get("/{item.inner.item_id}"), ""),
        ("V13", route::get("/{name}"), ""),
        ("V14", route::get("/{productId}"), ""),
        ("B17", route::post("/a").body("item"), ""),
        ("B17", route::post("/a").body("tags"), ""),
        ("B17", route::post("/a").body("labels"), ""),
        ("B17", route::post("/a").body("items"), ""),
        ("B17", route::post("/a").body("item.inner"), "the request has no field `item.inner` for the body"),
        ("B20", route::delete("/a").body("item"), ""),
        ("B22", route::get("/a").response_body("labels"), ""),
        ("B22", route::get("/a").response_body("label"), "the response has no field `label`"),
        ("M32", route::get("/taken"), "matches the same paths"),
        ("M32", route::get("/{count}/taken"), "matches the same paths"),
        ("M32", route::get("/{count}/{product_id=taken}"), "matches the same paths"),
        ("M32", route::get("/{count}/free"), ""),
        ("M32", route::put("/taken"), ""),
    ] {
        let found = with_others(route);
        match why {
            "" => assert_eq!(found, "", "{rule}: {route:?}"),
            why => assert!(found.contains(why), "{rule}: {route:?}: {found}"),
        }
    }
}

/// Returns the error of a gateway with this route.
fn with_others(route: Route) -> String {
    let routes = [route::get("/taken"), route::get("/*/taken"), route];
    let add =
        |gateway: Gateway<Shelf>, route: &Route| gateway.unary(ECHO, *route, |it, cx, request| it.echo(cx, request));
    let gateway = routes.iter().fold(Gateway::new(Arc::new(Shelf::default())), add);
    rust_svc::gateway::GatewayRoutes::from(gateway)
        .try_into_router()
        .err()
        .map_or(String::new(), |error| error.to_string())
}
