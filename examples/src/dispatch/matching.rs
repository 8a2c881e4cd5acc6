//! Matching of assignments and couriers.

use std::{convert::Infallible, time::Duration};

use futures::future::BoxFuture;
use rust_svc::Result;
use tokio::{
    runtime::Handle,
    time::{self as clock, MissedTickBehavior},
};

use super::{
    service::Dispatch,
    store::{DispatchStoreError, Silence},
};
use crate::{
    generated::dispatch::v1::{Assignment, Offer},
    time,
};

fn report(silence: &Silence) {
    for assignment in &silence.freed {
        tracing::warn!(assignment, "a silent courier loses the order");
    }
    for assignment in &silence.escalated {
        tracing::error!(assignment, "a courier is silent with the order: somebody should call");
    }
    for assignment in &silence.lost {
        tracing::error!(assignment, "a courier is lost with the order");
    }
}

impl Dispatch {
    /// Matches at an interval, forever, beside the events that trigger it.
    pub async fn keep_matching(&self, interval: Duration) -> Infallible {
        let mut ticks = clock::interval(interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.end_silence().await;
            self.match_couriers().await;
        }
    }

    /// Takes assignments from couriers that have sent no message for some time.
    pub async fn end_silence(&self) {
        let (silent, lost) = (self.clock.before(self.config.silent_after), self.clock.before(self.config.lost_after));
        match self.store.end_silence(silent, lost).await {
            Ok(silence) => report(&silence),
            Err(error) => tracing::error!(%error, "silent couriers could not be sought"),
        }
    }

    /// Offers each open assignment to a courier, unless it is offered already, and fails assignments that searched for too
    /// long.
    pub async fn match_couriers(&self) {
        let _alone = self.matching.lock().await;
        if let Err(error) = self.match_all().await {
            tracing::error!(%error, "no couriers could be sought");
        }
    }

    /// Matches in a task of its own.
    pub(super) fn spawn_matching(&self) {
        let this = self.clone();
        // There is no runtime when the process ends.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { this.match_couriers().await });
        }
    }

    async fn match_all(&self) -> Result<()> {
        for assignment in self.store.searching().await? {
            if self.is_hopeless(&assignment) {
                self.give_up(&assignment).await?;
            } else if !self.connections().is_offered(&assignment.assignment_id) {
                self.offer(&assignment).await?;
            }
        }
        Ok(())
    }

    fn is_hopeless(&self, assignment: &Assignment) -> bool {
        // The search may have restarted after a courier went off duty.
        assignment.update_time.map_or(0, time::to_micros) < self.clock.before(self.config.search_for)
    }

    async fn give_up(&self, assignment: &Assignment) -> Result<()> {
        self.connections().call_off(&assignment.assignment_id);
        match self.store.give_up(&assignment.assignment_id).await {
            // The assignment was changed meanwhile.
            Ok(_) | Err(DispatchStoreError::WrongStatus(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn offer(&self, assignment: &Assignment) -> Result<()> {
        let candidates = self.store.candidates(&assignment.assignment_id).await?;
        let offer = self.connections().offer(assignment, &candidates, self.clock.after(self.config.offer_holds));
        if let Some(offer) = offer {
            tokio::spawn(self.clone().expire(offer));
        }
        Ok(())
    }

    /// Boxed, because it is recursive.
    fn expire(self, offer: Offer) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            clock::sleep(self.config.offer_holds).await;
            let was_open = self.connections().expire(&offer.offer_id);
            if was_open {
                self.match_couriers().await;
            }
        })
    }
}
