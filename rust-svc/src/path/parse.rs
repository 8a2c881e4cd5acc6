//! The parser of path templates.

use super::{
    percent::percent_decode,
    template::{Segment, Template, TemplateError, Variable},
};

impl Template {
    /// Parses a template. Fails at the first position that does not match the grammar.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut parser = Parser { text, position: 0, segments: Vec::new(), variables: Vec::new() };
        let verb = parser.template()?;
        Ok(Self { text: text.to_owned(), segments: parser.segments, variables: parser.variables, verb })
    }
}

struct Parser<'a> {
    text: &'a str,
    position: usize,
    segments: Vec<Segment>,
    variables: Vec<Variable>,
}

impl<'a> Parser<'a> {
    fn template(&mut self) -> Result<Option<String>, TemplateError> {
        if !self.skip('/') {
            return self.fail("a path template starts with `/`");
        }
        if self.rest().is_empty() {
            return Ok(None);
        }
        loop {
            self.segment()?;
            if !self.skip('/') {
                break;
            }
        }
        self.verb()
    }

    fn segment(&mut self) -> Result<(), TemplateError> {
        if !self.ends_with_open_variable() {
            self.not_after_many()?;
        }
        if self.rest().starts_with('{') { self.variable() } else { self.plain_segment(|parser| parser.literal_text()) }
    }

    /// Returns true after a variable. Segments may follow one that ends with `**`, because their number is known.
    fn ends_with_open_variable(&self) -> bool {
        self.variables.last().is_some_and(|variable| variable.segments.end == self.segments.len())
    }

    fn not_after_many(&self) -> Result<(), TemplateError> {
        match self.segments.last() {
            Some(Segment::Many) => self.fail("`**` must be the last segment, or the last of a variable"),
            _ => Ok(()),
        }
    }

    fn plain_segment(&mut self, literal: impl FnOnce(&Self) -> &'a str) -> Result<(), TemplateError> {
        let segment = match self.rest() {
            rest if rest.starts_with("**") => self.wildcard("**", Segment::Many)?,
            rest if rest.starts_with('*') => self.wildcard("*", Segment::Single)?,
            _ => {
                let text = literal(self);
                Segment::Literal(self.literal(text, "a segment is empty")?)
            }
        };
        if segment == Segment::Many && self.segments.contains(&Segment::Many) {
            return self.fail_at(self.position - 2, "a path has `**` only once");
        }
        self.segments.push(segment);
        Ok(())
    }

    fn wildcard(&mut self, text: &str, segment: Segment) -> Result<Segment, TemplateError> {
        self.position += text.len();
        match self.rest().chars().next() {
            None | Some('/' | ':' | '}') => Ok(segment),
            Some(_) => self.fail("a wildcard must be a whole segment"),
        }
    }

    /// Returns the text of a literal: up to the next slash, and in the last segment up to the colon of the verb.
    fn literal_text(&self) -> &'a str {
        let rest = self.rest();
        match rest.find('/') {
            Some(end) => &rest[..end],
            None => rest.rfind(':').map_or(rest, |end| &rest[..end]),
        }
    }

    fn literal(&mut self, text: &str, if_empty: &str) -> Result<String, TemplateError> {
        if text.is_empty() {
            return self.fail(if_empty);
        }
        for (index, character) in text.char_indices() {
            if let Some(why) = find_fault(&text[index..], character) {
                self.position += index;
                return self.fail(why);
            }
        }
        let decoded = percent_decode(text, |_| false).and_then(|bytes| String::from_utf8(bytes.into_owned()).ok());
        let Some(decoded) = decoded else { return self.fail("the percent-encoding is no UTF-8 text") };
        self.position += text.len();
        Ok(decoded)
    }

    fn variable(&mut self) -> Result<(), TemplateError> {
        let open = self.position;
        self.position += 1;
        let field_path = self.field_path(open)?;
        self.not_bound_before(&field_path, open + 1)?;
        let first = self.segments.len();
        if self.skip('=') {
            self.variable_segments(open)?
        } else {
            self.segments.push(Segment::Single)
        }
        if !self.skip('}') {
            return self.fail_at(open, "this `{` has no `}`");
        }
        let segments = first..self.segments.len();
        let multi_segment = segments.len() > 1 || self.segments[first] == Segment::Many;
        self.variables.push(Variable { field_path, segments, multi_segment });
        match self.rest().chars().next() {
            None | Some('/' | ':') => Ok(()),
            Some(_) => self.fail("a variable must be followed by `/`, `:` or the end"),
        }
    }

    fn field_path(&mut self, open: usize) -> Result<Vec<String>, TemplateError> {
        let mut names = Vec::new();
        loop {
            let rest = self.rest();
            let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
            let name = &rest[..end];
            if name.is_empty() || name.starts_with(|letter: char| letter.is_ascii_digit()) {
                return self.fail("the name of a field is missing here");
            }
            names.push(name.to_owned());
            self.position += end;
            match self.rest().chars().next() {
                Some('.') => self.position += 1,
                Some('=' | '}') => return Ok(names),
                None => return self.fail_at(open, "this `{` has no `}`"),
                Some(_) => {
                    return self.fail("the name of a field holds letters, digits and `_`; `.`, `=` or `}` ends it");
                }
            }
        }
    }

    fn not_bound_before(&self, path: &[String], offset: usize) -> Result<(), TemplateError> {
        let overlaps = |it: &&Variable| it.field_path.starts_with(path) || path.starts_with(&it.field_path);
        match self.variables.iter().find(overlaps) {
            Some(variable) => self.fail_at(offset, &format!("the path binds `{variable}` twice")),
            None => Ok(()),
        }
    }

    fn variable_segments(&mut self, open: usize) -> Result<(), TemplateError> {
        let first = self.segments.len();
        loop {
            if self.segments.len() > first {
                self.not_after_many()?;
            }
            match self.rest().chars().next() {
                Some('{') => return self.fail("a variable may not hold another variable"),
                Some('}') => return self.fail("a segment is empty"),
                None => return self.fail_at(open, "this `{` has no `}`"),
                Some(_) => self.plain_segment(|parser| parser.until(['/', '}']))?,
            }
            if !self.skip('/') {
                return Ok(());
            }
        }
    }

    fn verb(&mut self) -> Result<Option<String>, TemplateError> {
        if self.rest().is_empty() {
            return Ok(None);
        }
        if !self.skip(':') {
            return self.fail("this has no place in a path template");
        }
        if self.rest().contains('/') {
            return self.fail_at(self.position - 1, "a verb may only follow the last segment");
        }
        let text = self.rest();
        self.literal(text, "the verb behind `:` is empty").map(Some)
    }

    fn until<const N: usize>(&self, ends: [char; N]) -> &'a str {
        let rest = self.rest();
        &rest[..rest.find(ends).unwrap_or(rest.len())]
    }

    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    fn skip(&mut self, expected: char) -> bool {
        let found = self.rest().starts_with(expected);
        self.position += usize::from(found);
        found
    }

    fn fail<T>(&self, message: &str) -> Result<T, TemplateError> {
        self.fail_at(self.position, message)
    }

    fn fail_at<T>(&self, offset: usize, message: &str) -> Result<T, TemplateError> {
        Err(TemplateError { offset, message: message.to_owned() })
    }
}

/// Returns the reason why `character`, with which `rest` starts, is not valid in a literal.
fn find_fault(rest: &str, character: char) -> Option<&'static str> {
    match character {
        '{' => Some("a variable must be a whole segment"),
        '}' => Some("this `}` has no `{`"),
        '*' => Some("a wildcard must be a whole segment"),
        '?' | '#' => Some("`?` and `#` end a path"),
        '%' if percent_decode(rest.get(..3).unwrap_or("%"), |_| false).is_none() => {
            Some("`%` must be followed by two hexadecimal digits")
        }
        _ if character.is_whitespace() || character.is_control() => {
            Some("white space and control characters must be percent-encoded")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::path::{Template, Variable};

    #[test]
    fn valid_templates_are_parsed() {
        for (text, shape, variables) in [
            ("/", "/", ""),
            ("/v1", "/v1", ""),
            ("/v1/orders", "/v1/orders", ""),
            ("/v1/orders/{id}", "/v1/orders/*", "id 2..3"),
            ("/v1/orders/{id=*}", "/v1/orders/*", "id 2..3"),
            ("/v1/orders/{order.id}:cancel", "/v1/orders/*:cancel", "order.id 2..3"),
            ("/v1/{name=shelves/*/books/*}", "/v1/shelves/*/books/*", "name 1..5 multi"),
            ("/v1/{name=shelves/*}/books/{book}", "/v1/shelves/*/books/*", "name 1..3 multi, book 4..5"),
            ("/v1/{path=files/**}:read", "/v1/files/**:read", "path 1..3 multi"),
            ("/v1/{path=**}", "/v1/**", "path 1..2 multi"),
            ("/v1/{parent=a/**}/{id}:go", "/v1/a/**/*:go", "parent 1..3 multi, id 3..4"),
            ("/{a=**}/b", "/**/b", "a 0..1 multi"),
            ("/v1/{kind=fixed}/x", "/v1/fixed/x", "kind 1..2"),
            ("/*", "/*", ""),
            ("/**", "/**", ""),
            ("/*:go", "/*:go", ""),
            ("/**:go", "/**:go", ""),
            ("/a/*/b", "/a/*/b", ""),
            ("/v1/a:b/c", "/v1/a:b/c", ""),
            ("/v1/{a=x:y}", "/v1/x:y", "a 1..2"),
            ("/v1/{a=x:y/*}:go", "/v1/x:y/*:go", "a 1..3 multi"),
            ("/v1:go", "/v1:go", ""),
            ("/v1/a:b:c", "/v1/a:b:c", ""),
            ("/{id}:custom:custom", "/*:custom:custom", "id 0..1"),
            ("/v1/a%20b", "/v1/a%20b", ""),
            ("/v%31/x", "/v1/x", ""),
            ("/v1/%2A", "/v1/%2A", ""),
            ("/v1/caf\u{e9}", "/v1/caf\u{e9}", ""),
            ("/v1/caf%C3%A9", "/v1/caf\u{e9}", ""),
            ("/v1/a=b;c,d@e+f", "/v1/a=b;c,d@e+f", ""),
            ("/a/{a.b.c_1}/{a.d}", "/a/*/*", "a.b.c_1 1..2, a.d 2..3"),
        ] {
            let template = Template::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let found: Vec<_> = template.variables().iter().map(describe).collect();
            assert_eq!(template.shape(), shape, "{text}");
            assert_eq!(found.join(", "), variables, "{text}");
            assert_eq!(template.to_string(), text);
        }
    }

    fn describe(variable: &Variable) -> String {
        let multi = if variable.is_multi_segment() { " multi" } else { "" };
        format!("{variable} {:?}{multi}", variable.segments())
    }

    #[test]
    fn the_verb_begins_at_the_right_colon() {
        for (text, verb) in [
            ("/a", None),
            ("/a:b", Some("b")),
            ("/a:b:c", Some("c")),
            ("/{a}:b:c", Some("b:c")),
            ("/*:b:c", Some("b:c")),
            ("/**:b", Some("b")),
            ("/a:b/c", None),
            ("/{a=x:y}", None),
            ("/a:b%20c", Some("b c")),
        ] {
            assert_eq!(Template::parse(text).expect(text).verb(), verb, "{text}");
        }
    }

    #[test]
    fn invalid_templates_are_refused_with_a_position() {
        for (text, offset, message) in [
            ("", 0, "starts with `/`"),
            ("v1/orders", 0, "starts with `/`"),
            ("{id}", 0, "starts with `/`"),
            ("//", 1, "empty"),
            ("/v1//orders", 4, "empty"),
            ("/v1/", 4, "empty"),
            ("/v1/orders/", 11, "empty"),
            ("/:go", 1, "empty"),
            ("/v1/:go", 4, "empty"),
            ("/{", 2, "name of a field"),
            ("/{id", 1, "has no `}`"),
            ("/v1/{id/x", 7, "name of a field"),
            ("/v1/{id=", 4, "has no `}`"),
            ("/v1/{id=*", 4, "has no `}`"),
            ("/v1/{id=*/", 4, "has no `}`"),
            ("/v1/id}", 6, "has no `{`"),
            ("/v1/{id}}", 8, "followed by"),
            ("/{}", 2, "name of a field"),
            ("/{a=}", 4, "empty"),
            ("/{=x}", 2, "name of a field"),
            ("/{a.}", 4, "name of a field"),
            ("/{.a}", 2, "name of a field"),
            ("/{a..b}", 4, "name of a field"),
            ("/{1a}", 2, "name of a field"),
            ("/{a-b}", 3, "name of a field"),
            ("/{a b}", 3, "name of a field"),
            ("/{ a}", 2, "name of a field"),
            ("/{a={b}}", 4, "another variable"),
            ("/{a=x/{b}}", 6, "another variable"),
            ("/{a=x{b}}", 5, "whole segment"),
            ("/{a=/x}", 4, "empty"),
            ("/{a=x/}", 6, "empty"),
            ("/{a=x//y}", 6, "empty"),
            ("/**/a", 4, "last segment"),
            ("/**/*", 4, "last segment"),
            ("/**/**", 4, "last segment"),
            ("/{a=**/b}", 7, "last segment"),
            ("/{a=**}/**", 8, "only once"),
            ("/{a=**}/{b=x/**}", 13, "only once"),
            ("/a:", 3, "verb"),
            ("/{a}:", 5, "verb"),
            ("/**:", 4, "verb"),
            ("/{a}:b/c", 4, "verb"),
            ("/*:b/c", 2, "verb"),
            ("/{a}/{a}", 6, "binds `a` twice"),
            ("/{a}/{a.b}", 6, "binds `a` twice"),
            ("/{a.b}/{a}", 8, "binds `a.b` twice"),
            ("/x{a}", 2, "whole segment"),
            ("/{a}x", 4, "followed by"),
            ("/{a}{b}", 4, "followed by"),
            ("/a*", 2, "whole segment"),
            ("/*a", 2, "whole segment"),
            ("/***", 3, "whole segment"),
            ("/a b", 2, "white space"),
            ("/a\nb", 2, "white space"),
            ("/a?b", 2, "end a path"),
            ("/a#b", 2, "end a path"),
            ("/a%", 2, "hexadecimal"),
            ("/a%4", 2, "hexadecimal"),
            ("/a%zz", 2, "hexadecimal"),
            ("/a%\u{e9}", 2, "hexadecimal"),
            ("/a%FF", 1, "UTF-8"),
            ("/a:b%FF", 3, "UTF-8"),
            ("/{a}:b{c}", 6, "whole segment"),
        ] {
            let error = Template::parse(text).map(|it| it.shape()).expect_err(text);
            assert_eq!(error.offset(), offset, "{text}: {error}");
            assert!(error.message().contains(message), "{text}: {error}");
        }
    }

    #[test]
    fn equal_shapes_match_the_same_paths() {
        let shape = |text| Template::parse(text).expect(text).shape();
        assert_eq!(shape("/v1/{a}/items/{b=**}:go"), shape("/v1/{c=*}/items/**:go"));
        assert_ne!(shape("/v1/*"), shape("/v1/%2A"));
        assert_ne!(shape("/v1/a%2Fb"), shape("/v1/a/b"));
    }
}
