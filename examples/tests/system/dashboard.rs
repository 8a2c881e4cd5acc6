//! The dashboard of Grafana queries metrics and labels that the processes have.

use std::collections::BTreeSet;

use examples::generated::order::v1::OrderService;
use examples::{
    access::{Caller, Role, Tokens},
    node::front,
};
use rust_svc::{Client, Context, Server, intercept::Chain, observe::Metrics};
use serde_json::Value;

use crate::{
    public::get_as,
    system::{Serving, System, teas},
};

const DASHBOARD: &str = include_str!("../../grafana/dashboard.json");

/// Words of the query language.
const WORDS: [&str; 7] = ["sum", "by", "rate", "histogram_quantile", "max", "le", "instance"];

/// The names of metrics and labels in a query.
fn names(query: &str) -> BTreeSet<String> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let names = query
        .split(|letter| !is_part(letter))
        .filter(|name| name.starts_with(|letter: char| letter.is_ascii_lowercase()));
    names.filter(|name| !WORDS.contains(name)).map(str::to_owned).collect()
}

fn queries(dashboard: &Value) -> Vec<String> {
    let panels = dashboard["panels"].as_array().expect("panels");
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().expect("targets"));
    targets.map(|target| target["expr"].as_str().expect("a query").to_owned()).collect()
}

/// All metrics after some calls, with a breaker that has opened.
async fn metrics() -> String {
    let metrics = Metrics::new();
    let chain = Chain::new().observe(metrics.clone());
    let system = System::build().await;
    let tokens = Tokens::new(b"secret");
    let server = front(system.inventory(), system.orders(), &system.dispatch.client(), tokens.clone()).chain(&chain);
    let front = Serving::start(server, "127.0.0.1:0").await;
    let caller = Caller::new(Role::Customer, "ann");
    assert_eq!(get_as(&front, "/v1/inventory/tea/stock", &tokens, &caller).await.0, 200);
    let orders = examples::generated::order::v1::order_service_adapter(std::sync::Arc::new(system.orders()));
    let between = Serving::start(Server::new().chain(&chain).adapter(orders), "127.0.0.1:0").await;
    let client = Client::builder(&between.url).chain(&chain).build().expect("an address");
    let client = examples::generated::order::v1::OrderServiceClient(client);
    client.create_order(Context::new(), teas("k", 1)).await.expect("created");
    between.stop().await;
    for _ in 0..20 {
        let _ = client.create_order(Context::new(), teas("k", 1)).await;
    }
    metrics.text()
}

#[tokio::test]
async fn the_dashboard_names_metrics_that_exist() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).expect("JSON");
    let text = metrics().await;
    for query in queries(&dashboard) {
        let missing: Vec<_> = names(&query).into_iter().filter(|name| !text.contains(name.as_str())).collect();
        // A duration in a range, such as `1m`, begins with a digit.
        assert!(missing.is_empty(), "{missing:?} of {query}\n{text}");
    }
}
