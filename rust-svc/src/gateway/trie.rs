//! Which route a path belongs to.

use std::collections::{HashMap, HashSet};

use crate::path::{Segment, Template, percent_decode};

/// The routes of one HTTP method.
#[derive(Debug, Default)]
pub(super) struct RouteTrie {
    root: TrieNode,
    verbs: HashSet<String>,
}

#[derive(Debug, Default)]
struct TrieNode {
    literals: HashMap<String, TrieNode>,
    single: Option<Box<TrieNode>>,
    /// Routes that end here, by their verbs.
    ends: HashMap<Option<String>, usize>,
    /// Routes that go on with `**` and a known number of segments, the longest first.
    tails: Vec<TrieTail>,
    /// Routes that end with `**` here, by their verbs.
    many: HashMap<Option<String>, usize>,
}

/// What follows `**` in a route.
#[derive(Debug)]
struct TrieTail {
    segments: Vec<Segment>,
    verb: Option<String>,
    route: usize,
}

/// The path of a request, without its slashes.
#[derive(Debug)]
pub(super) struct RequestPath<'p> {
    segments: Vec<&'p str>,
}

/// A path that can belong to no route.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PathError {
    /// A segment is empty, or there is no leading slash.
    NotFound,
    /// A `%` is not followed by two hexadecimal digits.
    Malformed,
}

impl<'p> RequestPath<'p> {
    pub(super) fn parse(path: &'p str) -> Result<Self, PathError> {
        let rest = path.strip_prefix('/').ok_or(PathError::NotFound)?;
        if percent_decode(rest, |_| false).is_none() {
            return Err(PathError::Malformed);
        }
        let segments: Vec<_> = if rest.is_empty() { Vec::new() } else { rest.split('/').collect() };
        if segments.iter().any(|segment| segment.is_empty()) { Err(PathError::NotFound) } else { Ok(Self { segments }) }
    }

    /// The path without a verb, and the verb: the longest first, then none.
    fn readings(&self) -> impl Iterator<Item = (Vec<&'p str>, Option<&'p str>)> {
        let last = self.segments.last().copied().unwrap_or_default();
        let split = last.match_indices(':').filter(|(colon, _)| *colon > 0).map(|(colon, _)| last.split_at(colon));
        let verbs = split.map(|(rest, verb)| {
            let mut segments = self.segments.clone();
            segments.pop();
            segments.push(rest);
            (segments, Some(&verb[1..]))
        });
        verbs.chain(std::iter::once_with(|| (self.segments.clone(), None)))
    }
}

impl RouteTrie {
    /// Adds a route; gives the route that is there already for the same paths.
    pub(super) fn insert(&mut self, template: &Template, route: usize) -> Result<(), usize> {
        let verb = template.verb().map(str::to_owned);
        self.verbs.extend(verb.clone());
        let mut branch = &mut self.root;
        for (index, segment) in template.segments().iter().enumerate() {
            branch = match segment {
                Segment::Literal(text) => branch.literals.entry(text.clone()).or_default(),
                Segment::Single => branch.single.get_or_insert_default(),
                Segment::Many => {
                    let rest = &template.segments()[index + 1..];
                    return if rest.is_empty() {
                        add(&mut branch.many, verb, route)
                    } else {
                        branch.tail(rest, verb, route)
                    };
                }
            };
        }
        add(&mut branch.ends, verb, route)
    }

    /// The route of a path and the segments that its template matched, verb removed.
    pub(super) fn find<'p>(&self, path: &RequestPath<'p>) -> Option<(usize, Vec<&'p str>)> {
        path.readings().find_map(|(segments, verb)| {
            let verb = verb.and_then(decoded);
            if verb.as_ref().is_some_and(|verb| !self.verbs.contains(verb)) {
                return None;
            }
            let route = self.root.find(&segments, &verb)?;
            Some((route, segments))
        })
    }
}

fn add(ends: &mut HashMap<Option<String>, usize>, verb: Option<String>, route: usize) -> Result<(), usize> {
    match *ends.entry(verb).or_insert(route) {
        own if own == route => Ok(()),
        other => Err(other),
    }
}

impl TrieNode {
    fn tail(&mut self, segments: &[Segment], verb: Option<String>, route: usize) -> Result<(), usize> {
        if let Some(same) = self.tails.iter().find(|tail| tail.segments == segments && tail.verb == verb) {
            return if same.route == route { Ok(()) } else { Err(same.route) };
        }
        self.tails.push(TrieTail { segments: segments.to_vec(), verb, route });
        let wildcards = |tail: &TrieTail| tail.segments.iter().filter(|segment| **segment == Segment::Single).count();
        self.tails.sort_by_key(|tail| (std::cmp::Reverse(tail.segments.len()), wildcards(tail)));
        Ok(())
    }

    /// A literal before `*` before `**`; back to the less specific where the more specific leads nowhere.
    fn find(&self, segments: &[&str], verb: &Option<String>) -> Option<usize> {
        let Some((first, rest)) = segments.split_first() else {
            return self.ends.get(verb).or_else(|| self.many.get(verb)).copied();
        };
        let literal = || self.literal(first)?.find(rest, verb);
        let single = || self.single.as_ref()?.find(rest, verb);
        let tail = || self.tails.iter().find(|tail| tail.verb == *verb && tail.ends(segments)).map(|tail| tail.route);
        literal().or_else(single).or_else(tail).or_else(|| self.many.get(verb).copied())
    }

    fn literal(&self, segment: &str) -> Option<&Self> {
        if segment.contains('%') { self.literals.get(&decoded(segment)?) } else { self.literals.get(segment) }
    }
}

impl TrieTail {
    fn ends(&self, segments: &[&str]) -> bool {
        let Some(start) = segments.len().checked_sub(self.segments.len()) else { return false };
        self.segments.iter().zip(&segments[start..]).all(|(own, given)| match own {
            Segment::Literal(text) => decoded(given).as_ref() == Some(text),
            Segment::Single | Segment::Many => true,
        })
    }
}

fn decoded(text: &str) -> Option<String> {
    String::from_utf8(percent_decode(text, |_| false)?.into_owned()).ok()
}

#[cfg(test)]
mod tests {
    use super::{PathError, RequestPath, RouteTrie};
    use crate::path::Template;

    fn trie(templates: &[&str]) -> RouteTrie {
        let mut trie = RouteTrie::default();
        for (index, template) in templates.iter().enumerate() {
            trie.insert(&Template::parse(template).expect(template), index).expect("no conflict");
        }
        trie
    }

    #[test]
    fn the_most_specific_template_wins() {
        let templates = [
            "/",
            "/v1",
            "/v1/a",
            "/v1/{x}",
            "/v1/**",
            "/v1/a/b",
            "/v1/*/c",
            "/v1/{x}:go",
            "/v1/a:go",
            "/v1/**:go",
            "/v1/{x}:go:on",
            "/v2/x:y/z",
            "/v3/{name=a/*/b/*}",
            "/v3/a/x/b/{y}:see",
            "/v4/caf\u{e9}",
            "/v1/*/d/e",
            "/v5/{x}",
            "/v5/{x=a/**}:read",
            "/v7/{x=a/**}/{y}",
            "/v7/{x=a/**}/b",
            "/v7/{x=a/**}/b/{y}:go",
        ];
        let trie = trie(&templates);
        for (path, template) in [
            ("/", Some("/")),
            ("/v1", Some("/v1")),
            ("/v1/a", Some("/v1/a")),
            ("/v1/b", Some("/v1/{x}")),
            ("/v1/a/b", Some("/v1/a/b")),
            ("/v1/a/c", Some("/v1/*/c")),
            ("/v1/a/d", Some("/v1/**")),
            ("/v1/a/d/e", Some("/v1/*/d/e")),
            ("/v1/a/d/f", Some("/v1/**")),
            ("/v1/x/y/z", Some("/v1/**")),
            ("/v1/b:go", Some("/v1/{x}:go")),
            ("/v1/a:go", Some("/v1/a:go")),
            ("/v1:go", Some("/v1/**:go")),
            ("/v1/x/y:go", Some("/v1/**:go")),
            ("/v1/b:go:on", Some("/v1/{x}:go:on")),
            ("/v1/b:c:go", Some("/v1/{x}:go")),
            ("/v1/b:stop", Some("/v1/{x}")),
            ("/v1/a:stop", Some("/v1/{x}")),
            ("/v1/b%3Ago", Some("/v1/{x}")),
            ("/v1/b:%67o", Some("/v1/{x}:go")),
            ("/v%31/%61", Some("/v1/a")),
            ("/v1/:go", Some("/v1/{x}")),
            ("/v2/x:y/z", Some("/v2/x:y/z")),
            ("/v2/x%3Ay/z", Some("/v2/x:y/z")),
            ("/v3/a/1/b/2", Some("/v3/{name=a/*/b/*}")),
            ("/v3/a/x/b/2:see", Some("/v3/a/x/b/{y}:see")),
            ("/v3/a/1/b/2:see", Some("/v3/{name=a/*/b/*}")),
            ("/v3/a/1/b", None),
            ("/v4/caf%C3%A9", Some("/v4/caf\u{e9}")),
            ("/v4/caf%FF", None),
            ("/v5/a%2Fb", Some("/v5/{x}")),
            ("/v5/a/b/c:read", Some("/v5/{x=a/**}:read")),
            ("/v5/a/b/c", None),
            ("/v6", None),
            ("/v7/a/1", Some("/v7/{x=a/**}/{y}")),
            ("/v7/a/1/2/3", Some("/v7/{x=a/**}/{y}")),
            ("/v7/a/1/b", Some("/v7/{x=a/**}/b")),
            ("/v7/a/b/c:go", Some("/v7/{x=a/**}/b/{y}:go")),
            ("/v7/a", None),
            ("/V1", None),
        ] {
            let found = trie.find(&RequestPath::parse(path).expect(path)).map(|(route, _)| templates[route]);
            assert_eq!(found, template, "{path}");
        }
    }

    #[test]
    fn no_path() {
        for (path, why) in [
            ("", PathError::NotFound),
            ("*", PathError::NotFound),
            ("v1", PathError::NotFound),
            ("//", PathError::NotFound),
            ("/v1/", PathError::NotFound),
            ("/v1//a", PathError::NotFound),
            ("/v1/%", PathError::Malformed),
            ("/v1/%zz", PathError::Malformed),
            ("/v1/%4", PathError::Malformed),
        ] {
            assert_eq!(RequestPath::parse(path).expect_err(path), why, "{path}");
        }
    }

    #[test]
    fn two_routes_of_one_shape() {
        let mut trie = trie(&["/v1/{a}:go"]);
        let same = Template::parse("/v1/*:go").expect("valid");
        assert_eq!(trie.insert(&same, 1), Err(0));
    }
}
