//! Scripts, as files write them.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;

/// A script, and the place where it is written.
#[derive(Clone, Debug)]
pub(crate) struct LocatedScript {
    pub(crate) place: Arc<str>,
    pub(crate) spec: ScriptSpec,
}

/// A script: which calls of a method it responds to, and how.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScriptSpec {
    pub(crate) method: String,
    /// The fields that the request has, or the first request of a stream.
    pub(crate) when: Option<Value>,
    /// The metadata that the call has.
    #[serde(default)]
    pub(crate) metadata: BTreeMap<String, String>,
    /// The number of calls; any if it is absent.
    #[serde(default, deserialize_with = "count")]
    pub(crate) times: Option<usize>,
    /// Whether it is tried after all other scripts.
    #[serde(default)]
    pub(crate) default: bool,
    #[serde(default)]
    pub(crate) unchecked: bool,
    pub(crate) delay: Option<String>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) trailers: BTreeMap<String, String>,
    /// The response; of a stream, a list.
    pub(crate) returns: Option<Value>,
    pub(crate) fails: Option<ErrorSpec>,
    pub(crate) fault: Option<String>,
    #[serde(default)]
    pub(crate) hangs: bool,
    /// The steps of a stream of responses.
    pub(crate) stream: Option<Vec<StepSpec>>,
    /// The number of requests after which a client stream gets its response.
    #[serde(default, deserialize_with = "count")]
    pub(crate) after_messages: Option<usize>,
}

/// Reads a number of calls or messages.
fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    let Some(value) = Option::<Value>::deserialize(deserializer)? else { return Ok(None) };
    let count = value.as_u64().and_then(|count| usize::try_from(count).ok());
    count.map(Some).ok_or_else(|| D::Error::custom(format!("`{value}` is not a number of calls or messages")))
}

/// An error of a call.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorSpec {
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) message: String,
    /// Messages with `@type`.
    #[serde(default)]
    pub(crate) details: Vec<Value>,
}

/// A step of a stream of responses.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StepSpec {
    Send(Value),
    Wait(String),
    Expect(Value),
    Reply(Value),
    ReplyEach(Value),
    ExpectEnd(bool),
    Fail(ErrorSpec),
    Fault(String),
    Stall(bool),
}

/// The resources of a service with standard methods.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResourceSpec {
    pub(crate) service: String,
    /// The first resources.
    #[serde(default)]
    pub(crate) seed: Vec<Value>,
}

impl ScriptSpec {
    pub(crate) fn delay(&self) -> Result<Duration, String> {
        self.delay.as_deref().map_or(Ok(Duration::ZERO), duration)
    }
}

/// Parses a duration such as `200ms`, `1.5s` or `2m`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("invalid duration `{text}`\n  help: write it as 200ms, 1.5s or 2m");
    let (number, unit) = text.split_at(text.find(|it: char| it.is_ascii_alphabetic()).ok_or_else(wrong)?);
    let seconds = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        _ => return Err(wrong()),
    };
    let number: f64 = number.trim().parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| wrong())
}
