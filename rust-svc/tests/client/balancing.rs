//! The policies by which calls choose a server.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use rust_svc::{
    Client, Context,
    client::{Endpoint, LoadBalancing},
};
use tokio::sync::watch;

use crate::{
    GET, call,
    wire::{Call, Server},
};

/// Starts servers that answer with their number.
async fn servers(count: usize) -> Vec<Server> {
    let start = |number: usize| Server::start(move |call: Call| async move { call.answer(&number.to_string()) });
    futures::future::join_all((0..count).map(start)).await
}

fn client(servers: &[Server], weights: &[u32], policy: LoadBalancing) -> (watch::Sender<Vec<Endpoint>>, Client) {
    let endpoints = servers.iter().zip(weights).map(|(server, weight)| Endpoint::from(server.address).weight(*weight));
    let (sender, receiver) = watch::channel(endpoints.collect());
    (sender, Client::builder("http://localhost").resolver(receiver).load_balancing(policy).build().unwrap())
}

async fn calls(client: &Client, servers: &[Server], count: usize) -> Vec<usize> {
    client.connect().await.unwrap();
    for _ in 0..count {
        call(client, GET).await.unwrap();
    }
    servers.iter().map(Server::calls).collect()
}

#[tokio::test]
async fn pick_first_uses_one_server_until_it_leaves() {
    let servers = servers(3).await;
    let (sender, client) = client(&servers, &[1, 1, 1], LoadBalancing::PickFirst);
    let counts = calls(&client, &servers, 20).await;
    assert_eq!(counts.iter().filter(|count| **count == 0).count(), 2, "{counts:?}");
    let used = counts.iter().position(|count| *count == 20).unwrap();
    sender.send_replace(
        servers
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != used)
            .map(|(_, server)| Endpoint::from(server.address))
            .collect(),
    );
    while servers[used].calls() < 1000 && call(&client, GET).await.unwrap() == used.to_string() {}
    assert_ne!(call(&client, GET).await.unwrap(), used.to_string(), "the server is gone from the list");
}

#[tokio::test]
async fn pick_first_keeps_its_connection_while_its_server_stays() {
    let connects = Arc::new(AtomicUsize::new(0));
    let servers = servers(3).await;
    let (sender, receiver) = watch::channel(servers.iter().map(|server| Endpoint::from(server.address)).collect());
    let counter = connects.clone();
    let connector = move |address: String| {
        counter.fetch_add(1, Relaxed);
        async move { tokio::net::TcpStream::connect(address).await }
    };
    let builder = Client::builder("http://localhost").connector(connector).resolver(receiver);
    let client = builder.load_balancing(LoadBalancing::PickFirst).build().unwrap();
    let used: usize = call(&client, GET).await.unwrap().parse().unwrap();
    let other = (used + 1) % 3;
    for remaining in [vec![used, other], vec![used], vec![used, other]] {
        sender.send_replace(remaining.iter().map(|index| Endpoint::from(servers[*index].address)).collect());
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert_eq!(call(&client, GET).await.unwrap(), used.to_string());
    }
    assert_eq!(connects.load(Relaxed), 1);
    sender.send_replace(vec![Endpoint::from(servers[other].address)]);
    while call(&client, GET).await.unwrap() != other.to_string() {}
    assert_eq!(connects.load(Relaxed), 2);
}

#[tokio::test]
async fn pick_first_differs_between_clients() {
    let servers = servers(4).await;
    let mut used = HashSet::new();
    for _ in 0..60 {
        let (_sender, client) = client(&servers, &[1; 4], LoadBalancing::PickFirst);
        used.insert(call(&client, GET).await.unwrap());
    }
    assert_eq!(used.len(), 4);
}

#[tokio::test]
async fn weights_are_shares_of_calls() {
    let servers = servers(3).await;
    let (sender, client) = client(&servers, &[1, 3, 6], LoadBalancing::Weighted);
    let counts = calls(&client, &servers, 200).await;
    for (count, expected) in counts.iter().zip([20, 60, 120]) {
        assert!(count.abs_diff(expected) <= 2, "{counts:?}");
    }
    let equal = servers.iter().map(|server| Endpoint::from(server.address));
    sender.send_replace(equal.collect());
    tokio::task::yield_now().await;
    let after = calls(&client, &servers, 300).await;
    for index in 0..3 {
        assert!((after[index] - counts[index]).abs_diff(100) <= 3, "{counts:?} {after:?}");
    }
}

#[tokio::test]
async fn calls_with_equal_metadata_go_to_the_same_server() {
    let servers = servers(4).await;
    let (_sender, client) = client(&servers, &[1; 4], LoadBalancing::ring_hash("x-user-id"));
    client.connect().await.unwrap();
    let mut used = HashSet::new();
    for user in 0..40 {
        let mut answers = HashSet::new();
        for _ in 0..3 {
            let cx = Context::new().with_metadata("x-user-id", user.to_string()).unwrap();
            answers.insert(client.unary::<_, String, _, _>(GET, cx, String::new()).await.unwrap());
        }
        assert_eq!(answers.len(), 1, "user {user}");
        used.extend(answers);
    }
    assert_eq!(used.len(), 4, "users spread");
    let without: HashSet<_> =
        futures::future::join_all((0..60).map(|_| call(&client, GET))).await.into_iter().map(Result::unwrap).collect();
    assert!(without.len() > 1, "calls without the metadata spread");
}

#[tokio::test]
async fn least_request_avoids_a_busy_server() {
    let slow = Server::start(|mut call: Call| async move {
        call.reset_by_client().await;
        call.answer("slow")
    })
    .await;
    let servers = [slow, Server::start(|call: Call| async move { call.answer("fast") }).await];
    let (_sender, client) = client(&servers, &[1, 1], LoadBalancing::LeastRequest);
    client.connect().await.unwrap();
    let calling: Vec<_> = (0..200)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { call(&client, GET.timeout_ms(1500).no_breaker()).await })
        })
        .collect();
    for call in calling {
        let _ = call.await;
    }
    let before = servers[0].calls();
    for _ in 0..20 {
        call(&client, GET.timeout_ms(1500).no_breaker()).await.unwrap();
    }
    assert!(servers[0].calls() <= before + 1, "{before} {}", servers[0].calls());
}

#[tokio::test]
async fn a_subset_of_a_fleet_is_used() {
    let servers = servers(6).await;
    let list = servers.iter().map(|server| server.address.to_string()).collect::<Vec<_>>().join(",");
    let mut used = HashSet::new();
    for seed in 0..12 {
        let client = Client::builder(format!("static:{list}")).subset_of(2, seed).build().unwrap();
        client.connect().await.unwrap();
        let mut own = HashSet::new();
        for _ in 0..8 {
            own.insert(call(&client, GET).await.unwrap());
        }
        assert_eq!(own.len(), 2);
        used.extend(own);
    }
    assert!(used.len() > 3, "clients spread: {used:?}");
}
