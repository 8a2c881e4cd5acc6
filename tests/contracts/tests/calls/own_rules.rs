//! Requests with custom types are checked by the rules of `buf.validate`, too.

use std::sync::Arc;

use rust_svc::{Code, Context, Message, Result, Streaming, Violations, async_trait};

use crate::{
    edges::{post, remote},
    golden::own_rules::own_rules::v1::{
        TicketService, TicketServiceClient, Trip, pb, ticket_service_adapter, ticket_service_gateway,
    },
};

/// A seat, the only field of a ticket.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Seat(String);

impl Message for Seat {
    const NAME: &'static str = "own_rules.v1.Ticket";
    type Wire = pb::Ticket;

    fn into_wire(self) -> pb::Ticket {
        pb::Ticket { seat: self.0 }
    }

    fn read(wire: pb::Ticket, _: &mut Violations) -> Option<Self> {
        Some(Self(wire.seat))
    }
}

/// Returns its requests.
struct Echo;

#[async_trait]
impl TicketService for Echo {
    async fn book(&self, _: Context, request: Seat) -> Result<Seat> {
        Ok(request)
    }

    async fn book_all(&self, _: Context, request: Streaming<Seat>) -> Result<Streaming<Seat>> {
        Ok(request)
    }

    async fn book_trip(&self, _: Context, request: Trip) -> Result<Trip> {
        Ok(request)
    }
}

fn seat(name: &str) -> Seat {
    Seat(name.to_owned())
}

#[tokio::test]
async fn custom_rules_are_validated_over_grpc() {
    let client = TicketServiceClient(remote(ticket_service_adapter(Arc::new(Echo))).await);
    assert_eq!(client.book(Context::new(), seat("12a")).await.expect("a seat"), seat("12a"));
    let error = client.book(Context::new(), seat("1")).await.expect_err("too short");
    assert_eq!((error.code(), error.violations()[0].field.as_str()), (Code::InvalidArgument, "seat"));
    let trip = Trip { ticket: Some(seat("1")) };
    let error = client.book_trip(Context::new(), trip).await.expect_err("too short");
    assert_eq!(error.violations()[0].field, "ticket.seat");
}

#[tokio::test]
async fn every_message_of_a_stream_is_validated() {
    let client = TicketServiceClient(remote(ticket_service_adapter(Arc::new(Echo))).await);
    let seats = Streaming::from_messages([seat("12a"), seat("1")]);
    let mut answers = client.book_all(Context::new(), seats).await.expect("a stream");
    assert_eq!(answers.next().await.expect("the first").expect("a seat"), seat("12a"));
    let error = answers.next().await.expect("the second").expect_err("too short");
    assert_eq!(error.violations()[0].field, "seat");
}

#[tokio::test]
async fn custom_rules_are_validated_over_http() {
    let gateway = || ticket_service_gateway(Arc::new(Echo));
    assert_eq!(post(gateway(), "/v1/tickets", r#"{"seat": "12a"}"#).await.status, 200);
    for (path, json) in [("/v1/tickets", r#"{"seat": "1"}"#), ("/v1/tickets:all", "{\"seat\": \"1\"}\n")] {
        let answer = post(gateway(), path, json).await;
        assert_eq!((answer.status, answer.fields()), (400, vec!["seat".to_owned()]), "{}", answer.body);
    }
}
