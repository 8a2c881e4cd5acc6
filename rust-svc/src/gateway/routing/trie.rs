//! The routes of one HTTP method, found segment by segment.

use super::{
    literal_map::{LiteralMap, is_literal},
    request_path::{PathSegments, RequestPath},
};
use crate::path::{Segment, Template};

/// The routes of one HTTP method. A lookup does not allocate.
#[derive(Debug, Default)]
pub(crate) struct RouteTrie {
    root: TrieNode,
    verbs: LiteralMap<VerbId>,
    /// The most colons of a verb, its first one included.
    max_verb_colons: usize,
}

/// A verb of the routes, or none.
type VerbId = Option<usize>;

#[derive(Debug, Default)]
struct TrieNode {
    literals: LiteralMap<TrieNode>,
    single: Option<Box<TrieNode>>,
    /// Routes that end here.
    ends: RouteEnds,
    /// Routes that continue with `**` and a known number of segments, the longest first.
    tails: Vec<TrieTail>,
    /// Routes that end with `**` here.
    many: RouteEnds,
}

/// Routes by their verbs.
#[derive(Debug, Default)]
struct RouteEnds(Vec<(VerbId, usize)>);

/// The segments that follow `**` in a route.
#[derive(Debug)]
struct TrieTail {
    segments: Vec<Segment>,
    verb: VerbId,
    route: usize,
}

impl RouteTrie {
    /// Adds a route. Fails with the route that has the same paths.
    pub(crate) fn insert(&mut self, template: &Template, route: usize) -> Result<(), usize> {
        let verb = template.verb().and_then(|verb| self.verb(verb));
        let mut node = &mut self.root;
        for (index, segment) in template.segments().iter().enumerate() {
            node = match segment {
                Segment::Literal(text) => node.literals.get_or_insert_with(text, TrieNode::default),
                Segment::Single => node.single.get_or_insert_default(),
                Segment::Many => {
                    let rest = &template.segments()[index + 1..];
                    return if rest.is_empty() { node.many.add(verb, route) } else { node.tail(rest, verb, route) };
                }
            };
        }
        node.ends.add(verb, route)
    }

    fn verb(&mut self, verb: &str) -> VerbId {
        self.max_verb_colons = self.max_verb_colons.max(1 + verb.matches(':').count());
        let next = self.verbs.len();
        *self.verbs.get_or_insert_with(verb, || Some(next))
    }

    /// Returns the route of a path, and the segments that its template matches, without the verb.
    pub(crate) fn find<'p>(&self, path: RequestPath<'p>) -> Option<(usize, PathSegments<'p>)> {
        let with_verb = self.verbs_of(path).find_map(|(rest, verb)| {
            let route = self.root.find(rest, *self.verbs.get(verb)?, false)?;
            Some((route, PathSegments(rest)))
        });
        let without = || Some((self.root.find(path.segments.0, None, path.ends_with_slash)?, path.segments));
        with_verb.or_else(without)
    }

    /// Returns the ways to end the last segment with a verb, the longest verb first.
    fn verbs_of<'p>(&self, path: RequestPath<'p>) -> impl Iterator<Item = (&'p str, &'p str)> + use<'p> {
        let text = path.segments.0;
        let last = text.rfind('/').map_or(0, |slash| slash + 1);
        let most = if path.ends_with_slash { 0 } else { self.max_verb_colons };
        (0..most).rev().filter_map(move |skipped| {
            let (colon, _) = text[last..].rmatch_indices(':').nth(skipped)?;
            (colon > 0).then(|| (&text[..last + colon], &text[last + colon + 1..]))
        })
    }
}

impl RouteEnds {
    fn add(&mut self, verb: VerbId, route: usize) -> Result<(), usize> {
        match self.get(verb) {
            Some(other) if other != route => Err(other),
            Some(_) => Ok(()),
            None => {
                self.0.push((verb, route));
                Ok(())
            }
        }
    }

    fn get(&self, verb: VerbId) -> Option<usize> {
        self.0.iter().find(|(own, _)| *own == verb).map(|(_, route)| *route)
    }
}

impl TrieNode {
    fn tail(&mut self, segments: &[Segment], verb: VerbId, route: usize) -> Result<(), usize> {
        if let Some(same) = self.tails.iter().find(|tail| tail.segments == segments && tail.verb == verb) {
            return if same.route == route { Ok(()) } else { Err(same.route) };
        }
        self.tails.push(TrieTail { segments: segments.to_vec(), verb, route });
        let wildcards = |tail: &TrieTail| tail.segments.iter().filter(|segment| **segment == Segment::Single).count();
        self.tails.sort_by_key(|tail| (std::cmp::Reverse(tail.segments.len()), wildcards(tail)));
        Ok(())
    }

    /// Prefers a literal to `*` to `**`, and returns to the less specific one at a dead end. Behind a last slash only
    /// `**` matches, as no segment.
    fn find(&self, segments: &str, verb: VerbId, ends_with_slash: bool) -> Option<usize> {
        if segments.is_empty() {
            let end = self.ends.get(verb).filter(|_| !ends_with_slash);
            return end.or_else(|| self.many.get(verb));
        }
        let (first, rest) = split_first(segments);
        let literal = || self.literals.get(first)?.find(rest, verb, ends_with_slash);
        let single = || self.single.as_ref()?.find(rest, verb, ends_with_slash);
        let found = literal().or_else(single);
        if ends_with_slash { found } else { found.or_else(|| self.find_many(segments, verb)) }
    }

    fn find_many(&self, segments: &str, verb: VerbId) -> Option<usize> {
        let tail = self.tails.iter().find(|tail| tail.verb == verb && tail.ends(segments)).map(|tail| tail.route);
        tail.or_else(|| self.many.get(verb))
    }
}

/// Returns the first segment, and the rest behind its slash.
fn split_first(segments: &str) -> (&str, &str) {
    let slash = segments.bytes().position(|byte| byte == b'/');
    slash.map_or((segments, ""), |slash| (&segments[..slash], &segments[slash + 1..]))
}

impl TrieTail {
    fn ends(&self, segments: &str) -> bool {
        let mut last = segments.rsplit('/');
        self.segments.iter().rev().all(|own| {
            last.next().is_some_and(|given| match own {
                Segment::Literal(text) => is_literal(text, given),
                Segment::Single | Segment::Many => true,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::RouteTrie;
    use crate::{gateway::routing::request_path::RequestPath, path::Template};

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
            ("/v1/", Some("/v1/**")),
            ("/v1/a/", None),
            ("/v2/", None),
            ("/v5/a/", None),
        ] {
            let found = trie.find(RequestPath::parse(path).expect(path)).map(|(route, _)| templates[route]);
            assert_eq!(found, template, "{path}");
        }
    }

    /// A verb is looked for at as many colons as the routes' verbs have, not at each colon of the path.
    #[test]
    fn colons_of_a_path_are_tried_only_as_far_as_verbs_reach() {
        let path = format!("/v1/{}", ":".repeat(15_000));
        let path = RequestPath::parse(&path).expect("a path");
        for (templates, most) in [(&["/v1/{x}"][..], 0), (&["/v1/{x}", "/v1/{x}:go"], 1), (&["/v1/{x}:go:on"], 2)] {
            let trie = trie(templates);
            assert_eq!(trie.verbs_of(path).count(), most, "{templates:?}");
        }
    }

    #[test]
    fn a_route_for_the_paths_of_another_is_a_conflict() {
        let mut trie = trie(&["/v1/{a}:go"]);
        let same = Template::parse("/v1/*:go").expect("valid");
        assert_eq!(trie.insert(&same, 1), Err(0));
    }
}
