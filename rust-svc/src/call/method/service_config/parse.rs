//! A document to a service config.

use super::{
    config::{MethodConfig, RetryThrottling, ServiceConfig},
    fields::{ObjectFields, invalid},
    invalid::{InvalidServiceConfig, Parsed, TextPosition},
    json::{self, JsonNode},
    mode::Mode,
    retries,
};

/// The fields of a document. Those about load balancing and health checks are not policies of calls.
const CONFIG_FIELDS: &[&str] =
    &["methodConfig", "retryThrottling", "loadBalancingPolicy", "loadBalancingConfig", "healthCheckConfig"];

const METHOD_FIELDS: &[&str] = &[
    "name",
    "timeout",
    "waitForReady",
    "maxRequestMessageBytes",
    "maxResponseMessageBytes",
    "retryPolicy",
    "hedgingPolicy",
];

/// The limit of gRFC A6.
const MAX_TOKENS: f64 = 1000.0;

impl ServiceConfig {
    /// Parses a service config by the rules of gRFC A6. Unknown fields and duplicate names are errors.
    pub fn parse(json: &str) -> Result<Self, InvalidServiceConfig> {
        Self::parse_as(json, Mode::Strict)
    }

    /// Parses a service config as Google publishes them for its client libraries (`*_grpc_service_config.json`).
    ///
    /// A retry policy without `maxAttempts` has 5, one without codes means no retries, and the last of duplicate names
    /// counts. A timeout counts only for calls whose context sets none of its own.
    pub fn parse_gapic(json: &str) -> Result<Self, InvalidServiceConfig> {
        Self::parse_as(json, Mode::Gapic)
    }

    fn parse_as(json: &str, mode: Mode) -> Parsed<Self> {
        let document = json::parse(json)?;
        let fields = ObjectFields::of(&document, "service config")?;
        let mut config = Self::default();
        mode.check(&fields, CONFIG_FIELDS, &mut config.warnings)?;
        config.throttling = fields.get("retryThrottling").map(|node| throttling(node, mode)).transpose()?;
        for node in fields.list("methodConfig")? {
            config.add(node, mode)?;
        }
        Ok(config)
    }

    /// Adds an entry of `methodConfig` under each of its names.
    fn add(&mut self, node: &JsonNode, mode: Mode) -> Parsed<()> {
        let fields = ObjectFields::of(node, "methodConfig")?;
        mode.check(&fields, METHOD_FIELDS, &mut self.warnings)?;
        let method = method_config(&fields, mode, &mut self.warnings)?;
        for node in fields.list("name")? {
            let name = name(node, mode, &mut self.warnings)?;
            if self.methods.insert(name.clone(), method.clone()).is_some() {
                self.report_duplicate(node.position, &name, mode)?;
            }
        }
        Ok(())
    }

    fn report_duplicate(&mut self, position: TextPosition, name: &str, mode: Mode) -> Parsed<()> {
        let error = invalid(position, format!("duplicate name `{name}`"), "keep one of them");
        match mode {
            Mode::Strict => return Err(error),
            Mode::Gapic => self.warnings.push(format!("{error}; the last one counts")),
        }
        Ok(())
    }
}

fn method_config(fields: &ObjectFields<'_>, mode: Mode, warnings: &mut Vec<String>) -> Parsed<MethodConfig> {
    let (retry, hedge) = (fields.get("retryPolicy"), fields.get("hedgingPolicy"));
    if retry.is_some() && hedge.is_some() {
        let position = fields.position_of("hedgingPolicy");
        return Err(invalid(position, "`retryPolicy` and `hedgingPolicy` exclude each other", "keep one of them"));
    }
    Ok(MethodConfig {
        timeout: fields.duration("timeout")?,
        is_default_timeout: mode == Mode::Gapic,
        wait_for_ready: fields.flag("waitForReady")?,
        max_request_bytes: fields.integer("maxRequestMessageBytes")?,
        max_response_bytes: fields.integer("maxResponseMessageBytes")?,
        retry: retry.map(|node| retries::retry(node, mode, warnings)).transpose()?,
        hedge: hedge.map(|node| retries::hedge(node, mode, warnings)).transpose()?,
    })
}

/// Parses a name: a method, a service, or nothing for all services.
fn name(node: &JsonNode, mode: Mode, warnings: &mut Vec<String>) -> Parsed<String> {
    let fields = ObjectFields::of(node, "name")?;
    mode.check(&fields, &["service", "method"], warnings)?;
    let (service, method) = (fields.text("service")?.unwrap_or_default(), fields.text("method")?.unwrap_or_default());
    if service.is_empty() && !method.is_empty() {
        return Err(invalid(node.position, format!("method `{method}` without a service"), "add `service`"));
    }
    Ok(format!("{service}/{method}"))
}

fn throttling(node: &JsonNode, mode: Mode) -> Parsed<RetryThrottling> {
    let fields = ObjectFields::of(node, "retryThrottling")?;
    mode.check(&fields, &["maxTokens", "tokenRatio"], &mut Vec::new())?;
    let number = |name: &str, max: f64| {
        let number = fields.number(name)?.unwrap_or_default();
        let is_valid = number > 0.0 && number <= max;
        let error = || invalid(fields.position_of(name), format!("invalid `{name}: {number}`"), "see gRFC A6");
        is_valid.then_some(number).ok_or_else(error)
    };
    Ok(RetryThrottling { max_tokens: number("maxTokens", MAX_TOKENS)?, token_ratio: number("tokenRatio", MAX_TOKENS)? })
}
