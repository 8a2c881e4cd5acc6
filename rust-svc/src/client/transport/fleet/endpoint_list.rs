//! The list of endpoints, and how it changes.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use super::{
    super::{
        address::{EndpointAddress, ServerOrigin},
        balance::{LoadBalancing, Picker, subset},
        connect::Dialer,
        error::Unreachable,
    },
    channel::{Channel, ChannelSettings},
    signal::Signal,
};

/// Indices that stay unused for a while after their endpoint left, so that late results do not count for another endpoint.
const UNUSED_INDICES: usize = 16;

/// Learns which indices have endpoints.
pub(crate) trait EndpointListener: Send + Sync {
    /// An endpoint with this address has this index from now on.
    fn joined(&self, index: usize, address: &Arc<str>);

    /// No endpoint has this index any more.
    fn left(&self, index: usize);
}

/// The settings of a list.
pub(crate) struct ListSettings {
    pub(crate) policy: LoadBalancing,
    /// The most endpoints that are used, and the seed by which they are chosen.
    pub(crate) subset: Option<(usize, u64)>,
    pub(crate) dialer: Dialer,
    pub(crate) channels: Arc<ChannelSettings>,
    pub(crate) listener: Option<Arc<dyn EndpointListener>>,
}

/// The endpoints at one time.
pub(super) struct EndpointList {
    pub(super) entries: Vec<EndpointEntry>,
    pub(super) picker: Picker,
    /// The error of the resolver, if it found nothing yet.
    pub(super) error: Option<Unreachable>,
    /// Whether the resolver has responded.
    pub(super) is_resolved: bool,
}

/// One endpoint of a list.
#[derive(Clone)]
pub(super) struct EndpointEntry {
    /// The index by which policies know it.
    pub(super) index: usize,
    pub(super) address: EndpointAddress,
    /// The text of the address.
    pub(super) name: Arc<str>,
    pub(super) channel: Arc<Channel>,
    weight: u32,
}

/// A server that was found.
#[derive(Clone, Debug)]
pub(crate) struct FoundServer {
    pub(crate) address: EndpointAddress,
    pub(crate) origin: ServerOrigin,
    pub(crate) weight: u32,
}

/// Builds lists. Endpoints that stay keep their connections and indices.
pub(super) struct ListBuilder {
    settings: ListSettings,
    signal: Arc<Signal>,
    free: VecDeque<usize>,
    next_index: usize,
}

impl EndpointList {
    /// Creates the list before the resolver has responded.
    pub(super) fn unresolved(error: Option<Unreachable>) -> Self {
        let is_resolved = error.is_some();
        Self { entries: Vec::new(), picker: Picker::RoundRobin, error, is_resolved }
    }
}

impl ListBuilder {
    pub(super) fn new(settings: ListSettings, signal: Arc<Signal>) -> Self {
        Self { settings, signal, free: VecDeque::new(), next_index: 0 }
    }

    /// Returns the list of the servers that were found.
    pub(super) fn update(&mut self, before: &EndpointList, found: Vec<FoundServer>) -> EndpointList {
        let found = self.choose(distinct(found));
        let entries = match self.settings.policy {
            LoadBalancing::PickFirst => self.update_first(before, found),
            _ => self.update_all(before, found),
        };
        let names: Vec<_> = entries.iter().map(|entry| (&*entry.name, entry.weight)).collect();
        let picker = Picker::new(&self.settings.policy, &names);
        let error = entries.is_empty().then(|| Unreachable::new("the target has no endpoints"));
        EndpointList { entries, picker, error, is_resolved: true }
    }

    fn choose(&self, found: Vec<FoundServer>) -> Vec<FoundServer> {
        match self.settings.subset {
            Some((size, seed)) => subset(found, size, seed, |server| server.address.to_string()),
            None => found,
        }
    }

    /// Makes one endpoint of all servers. The shuffled order of those that stay does not change.
    fn update_first(&mut self, before: &EndpointList, mut found: Vec<FoundServer>) -> Vec<EndpointEntry> {
        fastrand::shuffle(&mut found);
        let Some(first) = found.first().cloned() else {
            before.entries.iter().for_each(|entry| self.release(entry));
            return Vec::new();
        };
        let addresses: Vec<_> = found.into_iter().map(|server| server.address).collect();
        match before.entries.first() {
            Some(entry) => {
                entry.channel.set_addresses(addresses);
                vec![entry.clone()]
            }
            None => vec![self.create(addresses, first)],
        }
    }

    fn update_all(&mut self, before: &EndpointList, found: Vec<FoundServer>) -> Vec<EndpointEntry> {
        let mut known: HashMap<_, _> = before.entries.iter().map(|entry| (&entry.address, entry)).collect();
        let mut entries = Vec::with_capacity(found.len());
        for server in found {
            entries.push(match known.remove(&server.address) {
                Some(entry) => EndpointEntry { weight: server.weight, ..entry.clone() },
                None => self.create(vec![server.address.clone()], server),
            });
        }
        known.values().for_each(|entry| self.release(entry));
        entries
    }

    fn create(&mut self, addresses: Vec<EndpointAddress>, server: FoundServer) -> EndpointEntry {
        let (index, name) = (self.take_index(), server.address.to_string().into());
        if let Some(listener) = &self.settings.listener {
            listener.joined(index, &name);
        }
        let ListSettings { dialer, channels, .. } = &self.settings;
        let channel = Channel::new(addresses, server.origin, dialer.clone(), channels.clone(), self.signal.clone());
        EndpointEntry { index, address: server.address, name, channel, weight: server.weight }
    }

    fn release(&mut self, entry: &EndpointEntry) {
        self.free.push_back(entry.index);
        if let Some(listener) = &self.settings.listener {
            listener.left(entry.index);
        }
    }

    fn take_index(&mut self) -> usize {
        let reused = if self.free.len() > UNUSED_INDICES { self.free.pop_front() } else { None };
        reused.unwrap_or_else(|| {
            self.next_index += 1;
            self.next_index - 1
        })
    }
}

/// Returns the servers without repetitions.
fn distinct(mut found: Vec<FoundServer>) -> Vec<FoundServer> {
    let mut seen = HashSet::new();
    found.retain(|server| seen.insert(server.address.clone()));
    found
}
