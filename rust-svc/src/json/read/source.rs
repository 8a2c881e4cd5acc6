//! Where a value and a field come from.

use super::{decoder::Decoder, parameter_tree::ParameterTree};
use crate::json::error::{JsonError, JsonResult};

/// The source of one value: the next value of the JSON, parameters of the path and the query, or both.
pub struct ValueSource<'a, 'b> {
    pub(crate) decoder: &'a mut Decoder<'b>,
    pub(crate) is_json: bool,
    pub(crate) nodes: Vec<&'b ParameterTree>,
    pub(crate) texts: Vec<&'b str>,
}

/// A field of a message that is being read. The message matches its name and calls a method of it.
pub struct FieldReader<'a, 'b> {
    pub(super) origin: FieldOrigin<'a, 'b>,
    /// Whether only the service sets the field.
    pub(super) is_output_only: bool,
}

/// Where a field is.
pub(super) enum FieldOrigin<'a, 'b> {
    Json {
        decoder: &'a mut Decoder<'b>,
        scope: &'a MessageScope<'b>,
    },
    /// In the path or the query only.
    Parameter {
        decoder: &'a mut Decoder<'b>,
        scope: &'a MessageScope<'b>,
    },
    /// Nowhere: only its name is asked for.
    Name(&'a mut Option<&'static str>),
}

/// The message that is being read.
pub(super) struct MessageScope<'b> {
    /// Where its fields start among those that were read.
    pub(super) start: usize,
    /// Its fields in the path and the query.
    pub(super) children: Vec<(&'static str, &'b ParameterTree)>,
}

impl<'a, 'b> From<FieldOrigin<'a, 'b>> for FieldReader<'a, 'b> {
    fn from(origin: FieldOrigin<'a, 'b>) -> Self {
        Self { origin, is_output_only: false }
    }
}

impl<'b> MessageScope<'b> {
    /// Returns the source of one of its fields, apart from the JSON.
    #[inline]
    pub(super) fn parameters<'a>(&self, name: &str, decoder: &'a mut Decoder<'b>) -> ValueSource<'a, 'b> {
        if self.children.is_empty() {
            return ValueSource::json(decoder);
        }
        let own = self.children.iter().filter(|(child, _)| *child == name);
        ValueSource::parameters(own.map(|(_, node)| *node).collect(), decoder)
    }
}

impl<'a, 'b> ValueSource<'a, 'b> {
    /// Reads the next value of the JSON.
    #[inline]
    pub(crate) fn json(decoder: &'a mut Decoder<'b>) -> Self {
        Self { decoder, is_json: true, nodes: Vec::new(), texts: Vec::new() }
    }

    pub(crate) fn parameters(nodes: Vec<&'b ParameterTree>, decoder: &'a mut Decoder<'b>) -> Self {
        let texts = nodes.iter().flat_map(|node| node.texts()).map(String::as_str).collect();
        let is_json = nodes.iter().any(|node| node.is_body());
        Self { decoder, is_json, nodes, texts }
    }

    pub(crate) fn text(text: &'b str, decoder: &'a mut Decoder<'b>) -> Self {
        Self { decoder, is_json: false, nodes: Vec::new(), texts: vec![text] }
    }

    /// Returns whether parameters name fields or keys within this value.
    #[inline]
    pub(crate) fn has_children(&self) -> bool {
        self.nodes.iter().any(|node| !node.children().is_empty())
    }

    /// Returns whether the value is only known to be present, as the message of an empty body is.
    #[inline]
    pub(crate) fn is_empty_message(&self) -> bool {
        let has_value = self.is_json || !self.texts.is_empty() || self.has_children();
        !has_value && self.nodes.iter().any(|node| node.is_present())
    }

    /// Takes a JSON `null`, which means that the value is not in the JSON. Returns false if parameters set it, or if
    /// the JSON has another value.
    #[inline]
    pub(crate) fn take_null(&mut self) -> JsonResult<bool> {
        if self.is_json && self.decoder.tokens.null()? {
            self.is_json = false;
            return Ok(self.texts.is_empty() && !self.has_children());
        }
        Ok(false)
    }

    /// Reads a value that is one token of JSON or one text of a parameter.
    pub(crate) fn scalar<T: Default + PartialEq>(
        self,
        json: impl FnOnce(&mut Decoder<'b>) -> JsonResult<T>,
        text: impl FnOnce(&'b str) -> JsonResult<T>,
    ) -> JsonResult<T> {
        let given = self.one_text()?;
        let read = if self.is_json { json(self.decoder)? } else { T::default() };
        let Some(given) = given else { return Ok(read) };
        let value = text(given)?;
        if read != T::default() && read != value {
            return Err(JsonError::value("has one value in the body and another one in the path"));
        }
        Ok(value)
    }

    /// Reads a value that is a string in JSON.
    pub(crate) fn string<T: Default + PartialEq>(self, parse: impl Fn(&str) -> JsonResult<T>) -> JsonResult<T> {
        self.scalar(|decoder| parse(&decoder.string()?), &parse)
    }

    /// Returns the text of a parameter that may be given once, and has no fields.
    #[inline]
    pub(crate) fn one_text(&self) -> JsonResult<Option<&'b str>> {
        if self.has_children() {
            return Err(JsonError::value("is not a message or a map whose fields can be set"));
        }
        match self.texts[..] {
            [] => Ok(None),
            [text] => Ok(Some(text)),
            _ => Err(JsonError::value("is given more than once")),
        }
    }
}
