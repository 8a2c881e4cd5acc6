//! Field masks: paths in lowerCamelCase, separated by commas.

use prost_types::FieldMask;

use crate::json::{
    error::{JsonError, JsonResult},
    message::JsonValue,
    print::Writer,
    read::ValueSource,
    values::fields,
};

impl JsonValue for FieldMask {
    const MESSAGE_NAME: &'static str = "google.protobuf.FieldMask";
    const IS_MESSAGE: bool = true;

    fn write(&self, out: &mut Writer) {
        let camel: Option<Vec<String>> = self.paths.iter().map(|path| camel(path)).collect();
        match camel {
            Some(paths) => out.string(&paths.join(",")),
            None => out.fail("is a field mask with a path that JSON cannot express"),
        }
    }

    fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>> {
        let split = |text: &str| text.split(',').filter(|_| !text.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        let refused = || JsonError::value("must be paths in lowerCamelCase, separated by commas");
        let strict = |text: &str| match text.contains('_') {
            true => Err(refused()),
            false => snake(&split(text)).ok_or_else(refused),
        };
        // The query takes the names of the `.proto` as well, which is what many clients send.
        let lenient = |text: &str| snake(&split(text)).ok_or_else(refused);
        let paths = source.scalar(|decoder| strict(&decoder.string()?), lenient)?;
        Ok(Some(Self { paths }))
    }

    fields!(mask: "paths" => mask.paths);
}

/// A path in the spelling of JSON; `None` if it would not come back.
fn camel(path: &str) -> Option<String> {
    let mut camel = String::with_capacity(path.len());
    let mut letters = path.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '_' => camel.push(letters.next().filter(char::is_ascii_lowercase)?.to_ascii_uppercase()),
            'A'..='Z' => return None,
            other => camel.push(other),
        }
    }
    Some(camel)
}

/// Paths in the spelling of the `.proto`; `None` if one is malformed.
fn snake(paths: &[String]) -> Option<Vec<String>> {
    let letters =
        |path: &str| path == "*" || path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._".contains(&byte));
    let spell = |path: &String| {
        let mut snake = String::with_capacity(path.len() + 4);
        for letter in path.chars() {
            snake.extend(letter.is_ascii_uppercase().then_some('_'));
            snake.push(letter.to_ascii_lowercase());
        }
        (!path.is_empty() && letters(path)).then_some(snake)
    };
    paths.iter().map(spell).collect()
}
