//! Calls whose caller goes away.

use crate::{
    echo::{DOWNLOAD, Event, UNARY},
    raw::{self, frame},
    support::start,
};

#[tokio::test]
async fn a_reset_drops_the_handler_and_cancels_its_tasks() {
    let mut server = start().await;
    let mut client = raw::connect(server.address).await;
    let request = raw::request(UNARY.path).body(()).expect("a request");
    let (_response, mut sender) = client.send_request(request, false).expect("a stream");
    sender.send_data(frame("hang"), true).expect("a frame");
    assert_eq!(server.event().await, Event::Called);
    sender.send_reset(h2::Reason::CANCEL);
    let events = [server.event().await, server.event().await];
    assert!(events.contains(&Event::Dropped) && events.contains(&Event::Cancelled));
}

#[tokio::test]
async fn a_reset_drops_the_response_stream() {
    let mut server = start().await;
    let mut client = raw::connect(server.address).await;
    let request = raw::request(DOWNLOAD.path).body(()).expect("a request");
    let (response, mut sender) = client.send_request(request, false).expect("a stream");
    sender.send_data(frame("stall"), true).expect("a frame");
    let mut body = response.await.expect("headers").into_body();
    assert!(body.data().await.is_some());
    assert_eq!(server.event().await, Event::Called);
    assert!(server.events.try_recv().is_err(), "the call lives as long as its answer");
    sender.send_reset(h2::Reason::CANCEL);
    assert_eq!(server.event().await, Event::Cancelled);
    assert_eq!(server.event().await, Event::Dropped);
}

#[tokio::test]
async fn a_lost_connection_drops_the_handler() {
    let mut server = start().await;
    let mut client = server.client().await;
    let call = tokio::spawn(async move { client.one("hang").await });
    assert_eq!(server.event().await, Event::Called);
    call.abort();
    let events = [server.event().await, server.event().await];
    assert!(events.contains(&Event::Dropped) && events.contains(&Event::Cancelled));
}
