//! Finding a courier for each assignment that seeks one.

use std::{convert::Infallible, time::Duration};

use futures::future::BoxFuture;
use rust_svc::Result;
use tokio::{
    runtime::Handle,
    time::{self as clock, MissedTickBehavior},
};

use super::{service::Dispatch, store::Refusal};
use crate::{
    generated::dispatch::v1::{Assignment, Offer},
    time,
};

impl Dispatch {
    /// Looks after the assignments for ever, a while apart, beside what couriers and callers set off.
    pub async fn keep_matching(&self, interval: Duration) -> Infallible {
        let mut ticks = clock::interval(interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.match_up().await;
        }
    }

    /// Offers each assignment that seeks a courier to one, unless it is offered already, and gives up those that have
    /// sought for too long.
    pub(super) async fn match_up(&self) {
        let _alone = self.matching.lock().await;
        if let Err(error) = self.match_all().await {
            tracing::error!(%error, "no couriers could be sought");
        }
    }

    /// Does so soon, without anybody waiting for it.
    pub(super) fn match_soon(&self) {
        let this = self.clone();
        // A courier may be disconnected because the process ends, and then there is nothing to match.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { this.match_up().await });
        }
    }

    async fn match_all(&self) -> Result<()> {
        for assignment in self.store.searching().await? {
            if self.is_hopeless(&assignment) {
                self.give_up(&assignment).await?;
            } else if !self.floor().is_offered(&assignment.assignment_id) {
                self.offer(&assignment).await?;
            }
        }
        Ok(())
    }

    fn is_hopeless(&self, assignment: &Assignment) -> bool {
        // It may have had a courier in between, who went off duty.
        let since = assignment.update_time.map_or(0, time::to_micros);
        i128::from(time::now() - since) > self.rules.search_for.as_micros().cast_signed()
    }

    async fn give_up(&self, assignment: &Assignment) -> Result<()> {
        self.floor().call_off(&assignment.assignment_id);
        match self.store.give_up(&assignment.assignment_id).await {
            // Somebody was faster.
            Ok(_) | Err(Refusal::NotNow(_)) => Ok(()),
            Err(refusal) => Err(refusal.into()),
        }
    }

    async fn offer(&self, assignment: &Assignment) -> Result<()> {
        let candidates = self.store.candidates(&assignment.assignment_id).await?;
        let offer = self.floor().offer(assignment, &candidates, self.rules.offer_holds);
        if let Some(offer) = offer {
            tokio::spawn(self.clone().expire(offer));
        }
        Ok(())
    }

    /// It is boxed because what it leads to makes offers, too.
    fn expire(self, offer: Offer) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            clock::sleep(self.rules.offer_holds).await;
            let was_open = self.floor().expire(&offer.offer_id);
            if was_open {
                self.match_up().await;
            }
        })
    }
}
