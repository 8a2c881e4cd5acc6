//! The settings of a client's connections in force, each with its source.

use std::{fmt, time::Duration};

use super::source::PolicySource;
use crate::client::{connection_settings::ConnectionSettings, transport::LoadBalancing};

/// The settings of a client's connections, each with its source. It displays as a table.
#[derive(Clone, Debug)]
pub struct EffectiveConnection {
    target: String,
    settings: Vec<ConnectionSetting>,
}

/// A setting of connections in force.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectionSetting {
    /// The name, as that of the method of [`ClientBuilder`](crate::client::ClientBuilder).
    pub name: &'static str,
    /// Its value, for people: `5s`, `none`.
    pub value: String,
    /// [`PolicySource::Client`] or [`PolicySource::BuiltIn`].
    pub source: PolicySource,
}

impl EffectiveConnection {
    /// `settings` is `None` if the client calls a service in its process.
    pub(in crate::client) fn new(target: &str, settings: Option<&ConnectionSettings>) -> Self {
        let defaults = texts(&ConnectionSettings::default());
        let pairs = settings.map(texts).into_iter().flatten().zip(defaults);
        let setting = |((name, value), (_, default)): ((_, String), (_, String))| {
            let source = if value == default { PolicySource::BuiltIn } else { PolicySource::Client };
            ConnectionSetting { name, value, source }
        };
        Self { target: target.to_owned(), settings: pairs.map(setting).collect() }
    }

    /// Returns the target of the client.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Returns all settings; none if the client calls a service in its process.
    pub fn settings(&self) -> &[ConnectionSetting] {
        &self.settings
    }
}

/// Returns the name and the value of each setting.
fn texts(settings: &ConnectionSettings) -> [(&'static str, String); 12] {
    let ConnectionSettings { replicas, authority, plaintext, channels, policy, subset, proxy, .. } = settings;
    let none = || "none".to_owned();
    [
        ("replica", if replicas.is_empty() { none() } else { replicas.join(", ") }),
        ("resolver", if settings.resolver.is_some() { "set".to_owned() } else { none() }),
        ("load_balancing", load_balancing(policy)),
        ("subset", subset.map_or_else(none, |(size, _)| format!("{size} endpoints"))),
        ("authority", authority.clone().unwrap_or_else(none)),
        ("plaintext", plaintext.to_string()),
        ("proxy", if matches!(proxy, Ok(None)) { none() } else { "set".to_owned() }),
        ("connect_timeout", duration(channels.connect_timeout)),
        ("keep_alive", channels.keep_alive.map_or_else(none, duration)),
        ("idle_timeout", duration(channels.idle_timeout)),
        ("max_connections", channels.max_connections.to_string()),
        ("windows", format!("stream {}, connection {}", channels.windows.stream, channels.windows.connection)),
    ]
}

fn load_balancing(policy: &LoadBalancing) -> String {
    match policy {
        LoadBalancing::PickFirst => "pick first".to_owned(),
        LoadBalancing::RoundRobin => "round robin".to_owned(),
        LoadBalancing::LeastRequest => "least request".to_owned(),
        LoadBalancing::Weighted => "weighted".to_owned(),
        LoadBalancing::RingHash { metadata } => format!("ring hash of {metadata}"),
    }
}

fn duration(duration: Duration) -> String {
    format!("{duration:?}")
}

impl fmt::Display for EffectiveConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.target)?;
        let mut settings = self.settings.iter();
        settings.try_for_each(|ConnectionSetting { name, value, source }| write!(f, "\n  {name:18} {value} ({source})"))
    }
}
