//! B: the body and `response_body`, and masks of PATCH.

use rust_svc::{gateway::GatewaySettings, route};

use super::{check, echo};

#[tokio::test]
async fn bodies_set_the_fields_of_their_rule() {
    let routes = [
        route::post("/none/{product_id}"),
        route::post("/all/{product_id}").body("*"),
        route::put("/item/{product_id}").body("item"),
        route::put("/tags").body("tags"),
        route::put("/labels").body("labels"),
        route::put("/items").body("items"),
        route::put("/color").body("color"),
        route::put("/since").body("since"),
        route::put("/filter").body("filter"),
        route::put("/limit").body("limit"),
        route::delete("/item/{product_id}").body("item"),
        route::custom("GET", "/with/body").body("item"),
    ];
    let a = r#"{"productId":"a"}"#;
    check(
        &echo(&routes, GatewaySettings::default()),
        &[
            ("B15", "POST /none/a", 200, a),
            ("B15", r#"POST /none/a {"count":1}"#, 200, a),
            ("B15", "POST /none/a?count=1", 200, r#"{"productId":"a","count":"1"}"#),
            ("B16", r#"POST /all/a {"count":1}"#, 200, r#"{"productId":"a","count":"1"}"#),
            ("B16", "POST /all/a?count=1 {}", 400, "count: belongs into the body"),
            ("B16", "POST /all/a?other=1 {}", 400, "other: is not a field"),
            ("B17", r#"PUT /item/a {"quantity":1}"#, 200, r#"{"productId":"a","item":{"quantity":1}}"#),
            ("B17", r#"PUT /tags ["x"]"#, 200, r#"{"tags":["x"]}"#),
            ("B17", r#"PUT /labels {"k":"v"}"#, 200, r#"{"labels":{"k":"v"}}"#),
            ("B17", r#"PUT /items [{},{"quantity":1}]"#, 200, r#"{"items":[{},{"quantity":1}]}"#),
            ("B17", r#"PUT /color "COLOR_RED""#, 200, r#"{"color":"COLOR_RED"}"#),
            ("B17", "PUT /color 7", 200, r#"{"color":7}"#),
            ("B17", r#"PUT /since "1970-01-01T00:00:01Z""#, 200, r#"{"since":"1970-01-01T00:00:01Z"}"#),
            ("B17", r#"PUT /filter {"a":[1,null]}"#, 200, r#"{"filter":{"a":[1,null]}}"#),
            ("B17", "PUT /limit 0", 200, r#"{"limit":0}"#),
            ("B17", "PUT /tags {}", 400, "tags: must be an array"),
            ("B17", r#"PUT /items [{"quantity":"x"}]"#, 400, "items[0].quantity: must be a whole number"),
            ("B18", "POST /all/a", 200, a),
            ("B18", "PUT /item/a", 200, r#"{"productId":"a","item":{}}"#),
            ("B18", "PUT /tags", 200, "{}"),
            ("B18", "PUT /since", 200, r#"{"since":"1970-01-01T00:00:00Z"}"#),
            // In memory a wrapper is an optional number, which an empty body does not set.
            ("B18", "PUT /limit", 200, "{}"),
            ("B19", "POST /all/a null", 400, "must be an object"),
            ("B19", "PUT /item/a null", 200, a),
            ("B19", "PUT /tags null", 200, "{}"),
            ("B19", "PUT /limit null", 200, "{}"),
            ("B19", "PUT /filter null", 200, "{}"),
            ("B20", r#"DELETE /item/a {"quantity":1}"#, 200, r#"{"productId":"a","item":{"quantity":1}}"#),
            ("B20", r#"GET /with/body {"quantity":1}"#, 200, r#"{"item":{"quantity":1}}"#),
            ("B21", r#"POST /all/a {"productId":"a"}"#, 200, a),
            ("B21", r#"POST /all/a {"productId":"b"}"#, 400, "one value in the body and another one in the path"),
            ("B21", r#"POST /all/a {"productId":""}"#, 200, a),
        ],
    )
    .await;
}

#[tokio::test]
async fn response_bodies_print_one_field() {
    let fields = ["product_id", "tags", "labels", "items", "item", "color", "count", "since", "token", "name", "limit"];
    let routes = fields.map(|field| {
        let template = Box::leak(format!("/{field}").into_boxed_str());
        route::post(template).body("*").response_body(field)
    });
    check(
        &echo(&routes, GatewaySettings::default()),
        &[
            ("B22", r#"POST /product_id {"productId":"a"}"#, 200, "\"a\""),
            ("B22", r#"POST /tags {"tags":["a"]}"#, 200, r#"["a"]"#),
            ("B22", "POST /tags {}", 200, "[]"),
            ("B22", r#"POST /labels {"labels":{"a":"b"}}"#, 200, r#"{"a":"b"}"#),
            ("B22", "POST /labels {}", 200, "{}"),
            ("B22", r#"POST /items {"items":[{}]}"#, 200, "[{}]"),
            ("B22", r#"POST /item {"item":{"quantity":1}}"#, 200, r#"{"quantity":1}"#),
            ("B22", "POST /item {}", 200, "null"),
            ("B22", r#"POST /color {"color":1}"#, 200, "\"COLOR_RED\""),
            ("B22", "POST /color {}", 200, "\"COLOR_UNSPECIFIED\""),
            ("B22", r#"POST /count {"count":5}"#, 200, "\"5\""),
            ("B22", "POST /count {}", 200, "\"0\""),
            ("B22", r#"POST /since {"since":"1970-01-01T00:00:01Z"}"#, 200, "\"1970-01-01T00:00:01Z\""),
            ("B22", r#"POST /token {"token":"AQ=="}"#, 200, "\"AQ==\""),
            ("B22", r#"POST /name {"name":"n"}"#, 200, "\"n\""),
            ("B22", r#"POST /name {"part":{}}"#, 200, "null"),
            ("B22", r#"POST /limit {"limit":0}"#, 200, "0"),
        ],
    )
    .await;
}

#[tokio::test]
async fn masks_are_derived_from_bodies() {
    let routes = [route::patch("/item").body("item"), route::patch("/all").body("*"), route::put("/item").body("item")];
    check(
        &echo(&routes, GatewaySettings::default()),
        &[
            ("PATCH", r#"PATCH /item {"itemId":"a"}"#, 200, r#"{"item":{"itemId":"a"},"updateMask":"itemId"}"#),
            ("PATCH", r#"PATCH /item {"item_id":"a"}"#, 200, r#"{"item":{"itemId":"a"},"updateMask":"itemId"}"#),
            ("PATCH", r#"PATCH /item {"quantity":0}"#, 200, r#"{"item":{},"updateMask":"quantity"}"#),
            ("PATCH", r#"PATCH /item {"inner":{}}"#, 200, r#"{"item":{"inner":{}},"updateMask":"inner"}"#),
            (
                "PATCH",
                r#"PATCH /item {"inner":{"quantity":null}}"#,
                200,
                r#"{"item":{"inner":{}},"updateMask":"inner.quantity"}"#,
            ),
            ("PATCH", "PATCH /item", 200, r#"{"item":{}}"#),
            (
                "PATCH",
                r#"PATCH /item?updateMask=quantity {"itemId":"a"}"#,
                200,
                r#"{"item":{"itemId":"a"},"updateMask":"quantity"}"#,
            ),
            ("PATCH", r#"PATCH /item?updateMask= {"itemId":"a"}"#, 200, r#"{"item":{"itemId":"a"},"updateMask":""}"#),
            (
                "PATCH",
                r#"PATCH /item {"itemId":"a","etag":"e"}"#,
                200,
                r#"{"item":{"itemId":"a","etag":"e"},"updateMask":"itemId"}"#,
            ),
            ("PATCH", r#"PATCH /item?updateMask=etag {"etag":"e"}"#, 400, "names only fields that the service sets"),
            ("PATCH", r#"PATCH /all {"item":{"itemId":"a"}}"#, 200, r#"{"item":{"itemId":"a"}}"#),
            ("PUT", r#"PUT /item {"itemId":"a"}"#, 200, r#"{"item":{"itemId":"a"}}"#),
        ],
    )
    .await;
}
