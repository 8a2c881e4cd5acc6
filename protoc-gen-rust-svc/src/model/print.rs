//! How what the model holds is written in Rust.

use std::fmt;

use super::{Attribute, Breaker, Idempotency, Kind, Literal, Method, Policy, Retry, Route};

impl Kind {
    /// The function of the runtime, in every module of it.
    pub fn snake(self) -> &'static str {
        match self {
            Self::Unary => "unary",
            Self::ServerStreaming => "server_streaming",
            Self::ClientStreaming => "client_streaming",
            Self::BidiStreaming => "bidi_streaming",
        }
    }

    /// The type of the runtime.
    pub fn camel(self) -> &'static str {
        match self {
            Self::Unary => "Unary",
            Self::ServerStreaming => "ServerStreaming",
            Self::ClientStreaming => "ClientStreaming",
            Self::BidiStreaming => "BidiStreaming",
        }
    }

    /// Whether the caller sends a stream.
    pub fn takes_stream(self) -> bool {
        matches!(self, Self::ClientStreaming | Self::BidiStreaming)
    }

    /// Whether the callee answers with a stream.
    pub fn returns_stream(self) -> bool {
        matches!(self, Self::ServerStreaming | Self::BidiStreaming)
    }
}

impl Method {
    /// What the function of the trait takes.
    pub fn takes(&self) -> String {
        stream_of(self.kind.takes_stream(), &self.request)
    }

    /// What the function of the trait returns, if it succeeds.
    pub fn returns(&self) -> String {
        stream_of(self.kind.returns_stream(), &self.response)
    }
}

fn stream_of(streams: bool, message: &str) -> String {
    if streams { format!("svc::Streaming<{message}>") } else { message.to_owned() }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.snake())
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "",
            Self::Deprecated => "#[deprecated]",
        })
    }
}

/// A decimal number, a long one with the digits before and after its point in groups of three.
pub fn grouped(number: impl fmt::Display) -> String {
    let number = number.to_string();
    let (mantissa, exponent) = number.split_at(number.find('e').unwrap_or(number.len()));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_long = whole.len() > 5 || fraction.len() > 5;
    if !is_long || ![whole, fraction].into_iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit())) {
        return number;
    }
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{point}{}{exponent}", joined(whole.as_bytes().rchunks(3).rev()), joined(fraction.as_bytes().chunks(3)))
}

fn joined<'a>(groups: impl Iterator<Item = &'a [u8]>) -> String {
    groups.map(String::from_utf8_lossy).collect::<Vec<_>>().join("_")
}

impl Policy {
    /// Calls on `Method::unary(..)` and its like.
    pub fn calls(&self) -> Vec<String> {
        let idempotency = match self.idempotency {
            Idempotency::Unknown => None,
            Idempotency::Idempotent => Some(".idempotent()".to_owned()),
            Idempotency::NoSideEffects => Some(".no_side_effects()".to_owned()),
        };
        let timeout = self.timeout_ms.map(|millis| format!(".timeout_ms({})", grouped(millis)));
        let retry = self.retry.as_ref().map(|retry| format!(".retry({retry})"));
        let breaker = self.breaker.as_ref().map(|breaker| match breaker.disabled {
            true => ".no_breaker()".to_owned(),
            false => format!(".breaker({breaker})"),
        });
        [idempotency, timeout, retry, breaker].into_iter().flatten().collect()
    }
}

impl fmt::Display for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "svc::Retry::new({})", self.max_attempts)?;
        if let Some((initial, max, multiplier)) = self.backoff {
            let (initial, max) = (grouped(initial), grouped(max));
            write!(f, ".backoff_ms({initial}, {max}, {multiplier:?})")?;
        }
        if !self.codes.is_empty() {
            let codes: Vec<_> = self.codes.iter().map(|code| format!("svc::Code::{code}")).collect();
            write!(f, ".on(&[{}])", codes.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Display for Breaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("svc::Breaker::DEFAULT")?;
        self.settings.iter().try_for_each(|(name, number)| write!(f, ".{name}({})", grouped(number)))
    }
}

/// An argument for the gateway, such as `svc::route::get("/v1/orders/{order_id}")`.
impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.template.as_str();
        match self.verb.as_str() {
            "GET" | "PUT" | "POST" | "DELETE" | "PATCH" => {
                write!(f, "svc::route::{}({path:?})", self.verb.to_ascii_lowercase())?;
            }
            verb => write!(f, "svc::route::custom({verb:?}, {path:?})")?,
        }
        if !self.body.is_empty() {
            write!(f, ".body({:?})", self.body)?;
        }
        if !self.response_body.is_empty() {
            write!(f, ".response_body({:?})", self.response_body)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn long_numbers_are_in_groups() {
        for (number, printed) in [
            ("12345", "12345"),
            ("1234567", "1_234_567"),
            ("3.141592653589793", "3.141_592_653_589_793"),
            ("16777216.0", "16_777_216.0"),
            ("3.4028235e38", "3.402_823_5e38"),
            ("0x00001b3", "0x00001b3"),
            ("1e-7", "1e-7"),
        ] {
            assert_eq!(grouped(number), printed);
        }
    }
}
