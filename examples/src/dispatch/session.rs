//! The conversation with one courier.

use rust_svc::{Context, Error, Result, Streaming};

use super::{
    floor::Line,
    service::Dispatch,
    store::{Progress, Refusal},
};
use crate::generated::dispatch::v1::{
    Assignment, StreamAssignmentsRequest,
    stream_assignments_request::{Accept, Action, Decline, Report, report},
    stream_assignments_response::{Event, Withdrawn},
};

/// What a courier says.
type Words = Streaming<StreamAssignmentsRequest>;

impl Dispatch {
    /// Talks with a courier until it, the caller or an error ends it.
    pub(super) async fn talk(self, cx: Context, mut words: Words, line: Line) {
        let end = tokio::select! {
            end = self.converse(&mut words, &line) => end,
            () = cx.cancelled() => Ok(()),
            () = line.closed() => Ok(()),
        };
        if let Err(error) = end {
            // Nobody may be left to read it.
            let _ = line.send(Err(error));
        }
    }

    async fn converse(&self, words: &mut Words, line: &Line) -> Result<()> {
        let Some(first) = words.next().await else { return Ok(()) };
        let Some(Action::Connect(connect)) = first?.action else {
            return Err(Error::invalid_argument("the first message must be `connect`"));
        };
        let seat = self.take_seat(connect.courier_id, line).await?;
        self.match_up().await;
        while let Some(word) = words.next().await {
            self.hear(&seat.courier_id, word?).await?;
        }
        Ok(())
    }

    /// The courier is told how it stands before it can have an offer.
    async fn take_seat(&self, courier_id: String, line: &Line) -> Result<Seat> {
        let courier = self.store.courier(&courier_id).await?;
        let assignment_id = courier.assignment_id.clone();
        let connection = self.floor().join(&courier_id, line.clone());
        let seat = Seat { dispatch: self.clone(), courier_id, connection };
        self.floor().tell(&seat.courier_id, Event::Courier(courier));
        if !assignment_id.is_empty() {
            let assignment = self.store.assignment(&assignment_id).await?;
            self.floor().tell(&seat.courier_id, Event::Assignment(assignment));
        }
        Ok(seat)
    }

    async fn hear(&self, courier_id: &str, word: StreamAssignmentsRequest) -> Result<()> {
        match word.action {
            Some(Action::Accept(accept)) => self.accepted(courier_id, accept).await,
            Some(Action::Decline(decline)) => self.declined(courier_id, decline).await,
            Some(Action::Report(report)) => self.reported(courier_id, report).await,
            Some(Action::Connect(_)) => Err(Error::invalid_argument("`connect` must be the first message only")),
            None => Err(Error::invalid_argument("the message says nothing")),
        }
    }

    async fn accepted(&self, courier_id: &str, accept: Accept) -> Result<()> {
        let answered = self.floor().answered(courier_id, &accept.offer_id);
        let Some(assignment_id) = answered else {
            self.too_late(courier_id, accept.offer_id);
            return Ok(());
        };
        match self.store.accept(&assignment_id, courier_id).await {
            Ok(assignment) => self.tell_courier(assignment),
            Err(Refusal::Database(error)) => return Err(Error::internal(error)),
            Err(_) => self.too_late(courier_id, accept.offer_id),
        }
        self.match_up().await;
        Ok(())
    }

    async fn declined(&self, courier_id: &str, decline: Decline) -> Result<()> {
        let answered = self.floor().answered(courier_id, &decline.offer_id);
        if let Some(assignment_id) = answered {
            self.store.decline(&assignment_id, courier_id).await?;
            self.match_up().await;
        }
        Ok(())
    }

    async fn reported(&self, courier_id: &str, report: Report) -> Result<()> {
        let progress = match report.progress {
            report::Progress::PickedUp => Progress::PickedUp,
            report::Progress::Delivered => Progress::Delivered,
            report::Progress::Unrecognized(_) => {
                return Err(Error::invalid_argument("this progress is not known here"));
            }
        };
        let assignment = self.store.progress(&report.assignment_id, courier_id, progress).await?;
        self.tell_courier(assignment);
        self.match_up().await;
        Ok(())
    }

    fn tell_courier(&self, assignment: Assignment) {
        let courier_id = assignment.courier_id.clone();
        self.floor().tell(&courier_id, Event::Assignment(assignment));
    }

    fn too_late(&self, courier_id: &str, offer_id: String) {
        let reason = "the offer is no more".to_owned();
        self.floor().tell(courier_id, Event::Withdrawn(Withdrawn { offer_id, reason }));
    }
}

/// A connected courier. It is disconnected when this is dropped, and what it was offered goes to others.
struct Seat {
    dispatch: Dispatch,
    courier_id: String,
    connection: u64,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.dispatch.floor().leave(&self.courier_id, self.connection);
        self.dispatch.match_soon();
    }
}
