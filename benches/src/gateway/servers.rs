//! The servers: our gateway and its peers, in process and in front of a service.

use std::path::Path;

use bench::error::Result;

use crate::{
    figure::Goal,
    process::{Serving, programs},
};

/// Our gateway with the service in its process.
pub(super) const OURS: usize = 0;

/// Our gateway in front of a service.
pub(super) const REMOTE_OURS: usize = 1;

/// The peers that `benches/gateways/build` builds: the name, whether it is in front of a service, and the program.
const BUILT: [(&str, bool, &str); 3] = [
    ("rest_over_grpc", false, "bench-rest-over-grpc"),
    ("grpc-gateway", true, "bench-grpc-gateway"),
    ("envoy", true, "bench-envoy"),
];

/// The servers that run: ours, ours in front of a service, and the peers.
pub(super) struct Servers {
    servers: Vec<Serving>,
    /// The peers. The first one is axum.
    peers: Vec<Peer>,
}

/// A peer, as figures name it.
#[derive(Clone, Copy)]
pub(super) struct Peer {
    pub(super) name: &'static str,
    is_remote: bool,
    /// Its place among the servers.
    pub(super) index: usize,
}

impl Servers {
    /// Starts all servers. Those in front of a service call `backend`.
    pub(super) fn start(timed: &Path, backend: &Serving) -> Result<Self> {
        let port = backend.port.to_string();
        let ours = ["ours", "remote", "axum"].map(|application| {
            let arguments = [application, "serve", &port];
            Serving::start(timed, &arguments[..if application == "remote" { 3 } else { 2 }])
        });
        let mut servers = ours.into_iter().collect::<Result<Vec<_>>>()?;
        let mut peers = vec![Peer { name: "axum", is_remote: false, index: servers.len() - 1 }];
        for (name, is_remote, program) in BUILT {
            let path = programs::target().join("tools").join(program);
            if !path.exists() {
                println!("skipped: {name} is not built by benches/gateways/build");
                continue;
            }
            peers.push(Peer { name, is_remote, index: servers.len() });
            let arguments = [port.as_str()];
            servers.push(Serving::start(&path, if is_remote { &arguments } else { &[] })?);
        }
        Ok(Self { servers, peers })
    }

    /// Returns all servers.
    pub(super) fn all(&self) -> impl Iterator<Item = &Serving> {
        self.servers.iter()
    }

    /// Returns the peers with the service in their process, with the goal for our processor time.
    pub(super) fn in_process(&self) -> impl Iterator<Item = (Peer, Goal)> {
        let goal = |peer: Peer| if peer.name == "axum" { Goal::Ratio(1.15) } else { Goal::Ratio(1.0) };
        self.peers.iter().copied().filter(|peer| !peer.is_remote).map(move |peer| (peer, goal(peer)))
    }

    /// Returns the peers in front of a service.
    pub(super) fn remote(&self) -> impl Iterator<Item = Peer> {
        self.peers.iter().copied().filter(|peer| peer.is_remote)
    }
}
