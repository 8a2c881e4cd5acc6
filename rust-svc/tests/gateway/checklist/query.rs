//! Q: fields that the query sets.

use rust_svc::{gateway::GatewaySettings, route};

use super::{check, echo};

#[tokio::test]
async fn parameters_set_fields() {
    check(
        &echo(&[route::get("/q")], GatewaySettings::default()),
        &[
            (
                "Q45",
                "GET /q?count=1&tags=a&item.inner.quantity=2",
                200,
                r#"{"count":"1","item":{"inner":{"quantity":2}},"tags":["a"]}"#,
            ),
            ("Q46", "GET /q?items=a", 400, "items[0]: is a message"),
            ("Q46", "GET /q?items.quantity=1", 400, "items: is a list"),
            ("Q46", "GET /q?items[0].quantity=1", 400, "items"),
            ("Q47", "GET /q?labels[a]=b&labels%5Bc%5D=d", 200, r#"{"labels":{"a":"b","c":"d"}}"#),
            ("Q47", "GET /q?labels[a]=b&labels[a]=c", 400, "labels[a]: is given more than once"),
            ("Q48", "GET /q?productId=a", 200, r#"{"productId":"a"}"#),
            ("Q48", "GET /q?product_id=a", 200, r#"{"productId":"a"}"#),
            ("Q48", "GET /q?product_id=a&productId=a", 400, "product_id: is given more than once"),
            ("Q48", "GET /q?ProductId=a", 400, "is not a field"),
            ("Q48", "GET /q?PRODUCT_ID=a", 400, "is not a field"),
            ("Q49", "GET /q?tags=b&count=1&tags=a&tags=b", 200, r#"{"count":"1","tags":["b","a","b"]}"#),
            ("Q49", "GET /q?count=1&count=1", 400, "count: is given more than once"),
            ("Q50", "GET /q?name=a&part.quantity=1", 400, "another member of its oneof"),
            ("Q50", "GET /q?part.quantity=1&part.itemId=a", 200, r#"{"part":{"itemId":"a","quantity":1}}"#),
            ("Q51", "GET /q?tags&tags=", 200, r#"{"tags":["",""]}"#),
            ("Q51", "GET /q?productId", 200, "{}"),
            ("Q51", "GET /q?name", 200, r#"{"name":""}"#),
            ("Q51", "GET /q?count=", 400, "count: must be a whole number"),
            ("Q51", "GET /q?fresh=", 400, "fresh: must be true or false"),
            ("Q51", "GET /q?color=", 400, "color: must be a name"),
            ("Q51", "GET /q?weight=", 400, "weight: must be a number"),
            ("Q51", "GET /q?", 200, "{}"),
            ("Q51", "GET /q?&&", 200, "{}"),
            ("Q52", "GET /q?tags=a+b&tags=a%2Bb&tags=a;b=c", 200, r#"{"tags":["a b","a+b","a;b=c"]}"#),
            ("Q52", "GET /q?tags=a%26b%3Dc", 200, r#"{"tags":["a&b=c"]}"#),
            ("Q52", "GET /q?%74ags=a", 200, r#"{"tags":["a"]}"#),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_field_of_the_path_is_not_in_the_query() {
    let routes = [route::get("/q/{product_id}"), route::get("/part/{part.item_id}")];
    let cases = [
        ("Q53", "GET /q/a?productId=a", 400, "product_id: is given more than once"),
        ("Q53", "GET /q/a?product_id=b", 400, "product_id: is given more than once"),
        ("Q53", "GET /part/a?part.itemId=b", 400, "part.item_id: is given more than once"),
        ("Q53", "GET /part/a?part.quantity=1", 200, r#"{"part":{"itemId":"a","quantity":1}}"#),
        ("Q53", "GET /part/a?name=b", 400, "another member of its oneof"),
    ];
    check(&echo(&routes, GatewaySettings::default()), &cases).await;
}

#[tokio::test]
async fn values_have_the_forms_of_their_types() {
    check(
        &echo(&[route::get("/q")], GatewaySettings::default()),
        &[
            ("Q54", "GET /q?color=COLOR_RED", 200, r#"{"color":"COLOR_RED"}"#),
            ("Q54", "GET /q?color=1", 200, r#"{"color":"COLOR_RED"}"#),
            ("Q54", "GET /q?color=-7", 200, r#"{"color":-7}"#),
            ("Q54", "GET /q?color=color_red", 400, "color: must be a name"),
            ("Q54", "GET /q?color=2147483648", 400, "color: "),
            ("Q55", "GET /q?count=-9223372036854775808", 200, r#"{"count":"-9223372036854775808"}"#),
            ("Q55", "GET /q?count=9223372036854775808", 400, "count: is out of range"),
            ("Q55", "GET /q?item.quantity=2147483648", 400, "item.quantity: is out of range"),
            ("Q55", "GET /q?count=1.5", 400, "count: "),
            ("Q55", "GET /q?count=0x1", 400, "count: must be a whole number"),
            ("Q55", "GET /q?weight=NaN", 200, r#"{"weight":"NaN"}"#),
            ("Q55", "GET /q?weight=Infinity", 200, r#"{"weight":"Infinity"}"#),
            ("Q55", "GET /q?weight=-Infinity", 200, r#"{"weight":"-Infinity"}"#),
            ("Q55", "GET /q?weight=3.4028235e%2B38", 200, r#"{"weight":3.4028235e38}"#),
            ("Q55", "GET /q?weight=3.4028234663852886e%2B38", 200, r#"{"weight":3.4028235e38}"#),
            ("Q55", "GET /q?weight=3.5e38", 400, "weight: is out of range"),
            ("Q56", "GET /q?fresh=true", 200, r#"{"fresh":true}"#),
            ("Q56", "GET /q?fresh=True", 200, r#"{"fresh":true}"#),
            ("Q56", "GET /q?fresh=False", 200, r#"{"fresh":false}"#),
            ("Q56", "GET /q?fresh=1", 200, r#"{"fresh":true}"#),
            ("Q56", "GET /q?fresh=0", 200, r#"{"fresh":false}"#),
            ("Q56", "GET /q?fresh=yes", 400, "fresh: must be true or false"),
            ("Q57", "GET /q?token=%2B/8%3D", 200, r#"{"token":"+/8="}"#),
            ("Q57", "GET /q?token=%2B/8", 200, r#"{"token":"+/8="}"#),
            ("Q57", "GET /q?token=-_8%3D", 200, r#"{"token":"+/8="}"#),
            ("Q57", "GET /q?token=-_8", 200, r#"{"token":"+/8="}"#),
            ("Q57", "GET /q?token=!", 400, "token: must be base64"),
            ("Q58", "GET /q?since=2026-02-28T09:30:00.5Z", 200, r#"{"since":"2026-02-28T09:30:00.500Z"}"#),
            ("Q58", "GET /q?span=5400.5s", 200, r#"{"span":"5400.500s"}"#),
            ("Q58", "GET /q?span=1h30m", 400, "span: must be a duration"),
            ("Q58", "GET /q?updateMask=fooBar,baz", 200, r#"{"updateMask":"fooBar,baz"}"#),
            ("Q58", "GET /q?limit=5", 200, r#"{"limit":5}"#),
            ("Q58", "GET /q?filter=%7B%22a%22:null%7D", 200, r#"{"filter":{"a":null}}"#),
            ("Q59", "GET /q?fresh=false&limit=0", 200, r#"{"fresh":false,"limit":0}"#),
            ("Q59", "GET /q?count=0", 200, "{}"),
            ("Q60", "GET /q?colour=1", 400, "colour: is not a field of the request"),
            ("Q60", "GET /q?item.colour=1", 400, "item.colour: is not a field"),
            ("Q60", "GET /q?alt=json&quotaUser=a&$.xgafv=2&prettyPrint=false&upload_protocol=raw", 200, "{}"),
            ("Q60", "GET /q?callback=f&access_token=a&oauth_token=b&uploadType=media&$key=k", 200, "{}"),
            ("Q61", "GET /q?color=1&$alt=json;enum-encoding=int", 200, r#"{"color":1}"#),
            ("Q61", "GET /q?color=1&$alt=json%3Benum-encoding%3Dint", 200, r#"{"color":1}"#),
        ],
    )
    .await;
}

/// Q62: the fields of a message within itself are bounded.
#[tokio::test]
async fn nested_fields_are_bounded() {
    let router = echo(&[route::get("/q")], GatewaySettings::default());
    for (depth, status) in [(1, 200), (30, 200), (31, 400), (1_000, 400)] {
        let request = format!("GET /q?item.{}quantity=1", "inner.".repeat(depth));
        assert_eq!(super::send(&router, &request).await.status, status, "{depth}");
    }
}
