//! The endpoints of a client, and the requests to them.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use arc_swap::ArcSwap;
use futures::StreamExt;
use http::Response;
use tokio::{sync::watch, task::JoinHandle};

use super::{
    super::{
        body::IncomingBody,
        connection::{H2Connection, ReservedStream},
        error::Unreachable,
        request::OutgoingRequest,
        resolve::{Endpoint, EndpointUpdates, Refresh, Resolver},
    },
    channel::Channel,
    connectivity::ConnectivityState,
    endpoint_list::{EndpointEntry, EndpointList, FoundServer, ListBuilder, ListSettings},
    signal::Signal,
};
use crate::{Result, error::BoxError};

/// The endpoints of a client. Its policy picks one for each request.
pub(crate) struct Fleet {
    list: ArcSwap<EndpointList>,
    builder: Mutex<ListBuilder>,
    source: Option<EndpointSource>,
    resolution: Mutex<Option<JoinHandle<()>>>,
    /// Whether the resolver has no more updates.
    is_complete: AtomicBool,
    pub(super) signal: Arc<Signal>,
    /// The longest wait of a request for an endpoint.
    pub(super) connect_timeout: Duration,
    pub(super) turn: AtomicUsize,
}

/// The endpoints of a resolver.
pub(crate) struct EndpointSource {
    resolver: Arc<dyn Resolver>,
    /// Finds the address and origin of an endpoint.
    locate: Box<dyn Fn(Endpoint) -> Result<FoundServer> + Send + Sync>,
}

impl Fleet {
    /// Creates the fleet of servers that are known. It does not connect yet.
    pub(crate) fn of(servers: Vec<FoundServer>, settings: ListSettings) -> Arc<Self> {
        let fleet = Self::new(None, settings);
        fleet.apply(servers);
        fleet
    }

    /// Creates the fleet of servers that a resolver finds. It does not resolve yet.
    pub(crate) fn resolved(
        resolver: Arc<dyn Resolver>,
        locate: impl Fn(Endpoint) -> Result<FoundServer> + Send + Sync + 'static,
        settings: ListSettings,
    ) -> Arc<Self> {
        Self::new(Some(EndpointSource { resolver, locate: Box::new(locate) }), settings)
    }

    fn new(source: Option<EndpointSource>, settings: ListSettings) -> Arc<Self> {
        let (signal, connect_timeout) = (Arc::new(Signal::new()), settings.channels.connect_timeout);
        Arc::new(Self {
            list: ArcSwap::from_pointee(EndpointList::unresolved(None)),
            builder: Mutex::new(ListBuilder::new(settings, signal.clone())),
            source,
            resolution: Mutex::default(),
            is_complete: AtomicBool::new(false),
            signal,
            connect_timeout,
            turn: AtomicUsize::new(fastrand::usize(..1 << 16)),
        })
    }

    pub(crate) async fn send(
        self: &Arc<Self>,
        request: &impl OutgoingRequest,
    ) -> Result<Response<IncomingBody>, BoxError> {
        let list = self.list.load();
        if let Some(entry) = self.preferred(&list, request)
            && request.rank(entry.index) == 0
            && let Some(reserved) = entry.channel.try_acquire()
        {
            request.pick(entry.index, &entry.name);
            let channel = entry.channel.clone();
            drop(list);
            return channel.send(reserved, request).await;
        }
        drop(list);
        // Most calls do not wait, and need no room for it.
        let (channel, reserved) = Box::pin(self.reserve(request)).await?;
        channel.send(reserved, request).await
    }

    /// Waits for an endpoint and for a stream.
    async fn reserve(
        self: &Arc<Self>,
        request: &impl OutgoingRequest,
    ) -> Result<(Arc<Channel>, ReservedStream<H2Connection>), BoxError> {
        let entry = self.wait(request).await?;
        request.pick(entry.index, &entry.name);
        let reserved = entry.channel.acquire(request.body_size()).await?;
        Ok((entry.channel, reserved))
    }

    /// Returns the indices of all endpoints.
    pub(crate) fn indices(&self) -> Vec<usize> {
        self.list.load().entries.iter().map(|entry| entry.index).collect()
    }

    /// Returns the connectivity of all endpoints together.
    pub(crate) fn connectivity(&self) -> ConnectivityState {
        let list = self.list.load();
        match list.is_resolved {
            true => ConnectivityState::of(list.entries.iter().map(|entry| entry.channel.connectivity())),
            false if self.is_resolving() => ConnectivityState::Connecting,
            false => ConnectivityState::Idle,
        }
    }

    /// Returns a receiver of changes of the connectivity.
    pub(crate) fn subscribe(&self) -> watch::Receiver<()> {
        self.signal.subscribe()
    }

    pub(super) fn endpoints(&self) -> Arc<EndpointList> {
        self.list.load_full()
    }

    /// Resolves the target, unless that is done. The task that does it may have ended with its runtime.
    pub(super) fn start_resolving(self: &Arc<Self>) {
        let Some(source) = &self.source else { return };
        let mut resolution = self.resolution.lock().unwrap_or_else(PoisonError::into_inner);
        if resolution.as_ref().is_none_or(|task| task.is_finished() && !self.is_complete.load(Relaxed)) {
            let updates = source.resolver.watch(self.refresh());
            *resolution = Some(self.follow(updates));
            self.signal.changed();
        }
    }

    fn refresh(&self) -> Refresh {
        self.signal.refresh.clone()
    }

    fn is_resolving(&self) -> bool {
        let resolution = self.resolution.lock().unwrap_or_else(PoisonError::into_inner);
        resolution.as_ref().is_some_and(|task| !task.is_finished())
    }

    /// Follows the updates of the resolver, as long as there are clients.
    fn follow(self: &Arc<Self>, mut updates: EndpointUpdates) -> JoinHandle<()> {
        let fleet = Arc::downgrade(self);
        tokio::spawn(async move {
            while let Some(update) = updates.next().await {
                let Some(fleet) = fleet.upgrade() else { return };
                match update.and_then(|found| fleet.locate(found)) {
                    Ok(servers) => fleet.apply(servers),
                    Err(error) => fleet.fail(Unreachable::new(error)),
                }
            }
            fleet.upgrade().inspect(|fleet| fleet.is_complete.store(true, Relaxed));
        })
    }

    fn locate(&self, found: Vec<Endpoint>) -> Result<Vec<FoundServer>> {
        found.into_iter().filter_map(|endpoint| Some((self.source.as_ref()?.locate)(endpoint))).collect()
    }

    fn apply(&self, servers: Vec<FoundServer>) {
        let mut builder = self.builder.lock().unwrap_or_else(PoisonError::into_inner);
        let list = builder.update(&self.list.load(), servers);
        tracing::debug!(endpoints = list.entries.len(), "resolved");
        self.list.store(Arc::new(list));
        drop(builder);
        self.signal.changed();
    }

    /// Records that resolving failed. Endpoints that were found before stay.
    fn fail(&self, error: Unreachable) {
        tracing::warn!(%error, "cannot resolve the target");
        if self.list.load().entries.is_empty() {
            self.list.store(Arc::new(EndpointList::unresolved(Some(error))));
        }
        self.signal.changed();
    }

    /// Returns the endpoint that the policy prefers.
    fn preferred<'a>(&self, list: &'a EndpointList, request: &impl OutgoingRequest) -> Option<&'a EndpointEntry> {
        let entries = &list.entries;
        match entries.len() {
            0 | 1 => entries.first(),
            count => {
                let key = list.picker.metadata().and_then(|name| request.hash_metadata(name));
                let load = |index: usize| entries.get(index).map_or(0, |entry| entry.channel.load());
                entries.get(list.picker.prefer(count, key, || self.next_turn(), load))
            }
        }
    }

    pub(super) fn next_turn(&self) -> usize {
        self.turn.fetch_add(1, Relaxed)
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        let resolution = self.resolution.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = resolution.take() {
            task.abort();
        }
    }
}
