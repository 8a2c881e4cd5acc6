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
    store::{CourierMatch, DispatchStoreError, Silence},
};
use crate::generated::dispatch::v1::{Assignment, Offer};

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

    /// The number of reads depends on the couriers without an offer, not on the assignments.
    async fn match_all(&self) -> Result<()> {
        // The search may have restarted after a courier went off duty.
        for assignment in self.store.searching_since(self.clock.before(self.config.search_for)).await? {
            self.give_up(&assignment).await?;
        }
        while let Some(found) = self.next_match().await? {
            if !self.offer(&found) {
                break;
            }
        }
        Ok(())
    }

    async fn next_match(&self) -> Result<Option<CourierMatch>> {
        let (idle, offered) = self.connections().idle_and_offered();
        if idle.is_empty() {
            return Ok(None);
        }
        Ok(self.store.next_match(idle, offered).await?)
    }

    async fn give_up(&self, assignment: &Assignment) -> Result<()> {
        self.connections().call_off(&assignment.assignment_id);
        match self.store.give_up(&assignment.assignment_id).await {
            // The assignment was changed meanwhile.
            Ok(_) | Err(DispatchStoreError::WrongStatus(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns false if no courier is there any more.
    fn offer(&self, found: &CourierMatch) -> bool {
        let expires = self.clock.after(self.config.offer_holds);
        let offer = self.connections().offer(&found.assignment, &found.couriers, expires);
        let Some(offer) = offer else { return false };
        tokio::spawn(self.clone().expire(offer));
        true
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
