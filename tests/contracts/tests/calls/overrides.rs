//! Types that options replace.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

use rust_svc::{
    Message, SignedDuration, Violations,
    bytes::Bytes,
    json::{self, ParseOptions, PrintOptions},
    prost::{self, Message as _},
};

use crate::golden::{
    blobs::blobs::v1::{self as blobs, Blob, Owned, blob},
    maps::maps::v1::{self as maps, Book, Genre, Order, Shelf},
};

fn shelf() -> Shelf {
    let book = || Book { title: "Emma".into() };
    Shelf {
        labels: HashMap::from([("a".into(), "b".into())]),
        books: HashMap::from([(7, book())]),
        genres: HashMap::from([(true, Genre::Fiction)]),
        spans: HashMap::from([("s".into(), SignedDuration::new(-1, 0).expect("in range"))]),
        counts: HashMap::from([("c".into(), 3)]),
        pages: HashMap::from([(1, vec![0, 255])]),
        order: Some(Order {
            books: BTreeMap::from([("first".into(), book())]),
            labels: BTreeMap::from([("a".into(), "b".into())]),
        }),
        holder: Some(maps::Holder { way: Some(maps::holder::Way::Order(Order::default())) }),
    }
}

fn received<T: Message<Wire: prost::Message + Default>>(message: T) -> Result<T, Violations> {
    let bytes = message.into_wire().encode_to_vec();
    T::from_wire(T::Wire::decode(&*bytes).expect("its own encoding"))
}

#[test]
fn hash_maps_survive_a_round_trip() {
    assert_eq!(received(shelf()).expect("valid"), shelf());
}

#[test]
fn violations_in_a_hash_map_are_ordered_by_key() {
    let books = || (0..20).rev().map(|key| (key, Book::default())).collect();
    let violations = received(Shelf { books: books(), ..Shelf::default() }).expect_err("no titles").into_vec();
    let fields: Vec<_> = violations.into_iter().map(|violation| violation.field).collect();
    assert_eq!(fields, (0..20).map(|key| format!("books[{key}].title")).collect::<Vec<_>>());
}

#[test]
fn a_map_that_is_required_has_an_entry() {
    let violations = maps::Demanding::from_wire(maps::pb::Demanding::default()).expect_err("empty").into_vec();
    let fields: Vec<_> = violations.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(fields, ["counts", "books", "genres"]);
}

/// Ordered maps implement `Hash`; types with hash maps implement `Eq` without it.
#[test]
fn types_derive_what_their_maps_allow() {
    fn is_hash<T: Hash + Eq>() {}
    fn is_eq<T: Eq + Default>() {}
    is_hash::<Order>();
    is_eq::<Shelf>();
    is_eq::<maps::Holder>();
}

fn owned() -> Owned {
    let named = BTreeMap::from([("n".into(), vec![0, 255])]);
    Owned { data: b"owned".to_vec(), named, wrapped: Some(b"wrapped".to_vec()) }
}

fn blob() -> Blob {
    let piece = || blob::Piece { data: Bytes::from_static(b"piece") };
    Blob {
        data: Bytes::from_static(b"data"),
        maybe: Some(Bytes::new()),
        chunks: vec![Bytes::from_static(b"one"), Bytes::from_static(b"two")],
        named: BTreeMap::from([("n".into(), Bytes::from_static(b"named"))]),
        required: Bytes::from_static(b"required"),
        r#type: Bytes::from_static(b"type"),
        way: Some(blob::Way::Inline(Bytes::from_static(b"inline"))),
        wrapped: Some(Bytes::from_static(b"wrapped")),
        owned: Some(owned()),
        pieces: vec![piece()],
        all: vec![Bytes::new(), Bytes::from_static(b"all")],
        each: BTreeMap::from([("n".into(), Bytes::from_static(b"each"))]),
        other: Some(blob::Other::WrappedInline(Bytes::from_static(b"other"))),
    }
}

#[test]
fn shared_bytes_survive_a_round_trip() {
    assert_eq!(received(blob()).expect("valid"), blob());
    let violations = Blob::from_wire(blobs::pb::Blob::default()).expect_err("empty").into_vec();
    assert_eq!(violations[0].to_string(), "required: is required");
}

/// Received bytes share the memory of the request, also in plain types.
#[test]
fn shared_bytes_are_not_copied() {
    let request = Bytes::from(blob().into_wire().encode_to_vec());
    let read = Blob::from_wire(blobs::pb::Blob::decode(request.clone()).expect("its own encoding")).expect("valid");
    let inline = match read.way.expect("it is there") {
        blob::Way::Inline(inline) => inline,
        blob::Way::Link(link) => panic!("a link: {link}"),
    };
    let wrapped = [&read.wrapped.expect("it is there"), &read.all[1], &read.each["n"]];
    let all = [&read.data, &read.chunks[1], &read.named["n"], &read.pieces[0].data, &inline];
    let all = all.into_iter().chain(wrapped).collect::<Vec<_>>();
    assert!(all.iter().all(|bytes| request.as_ptr_range().contains(&bytes.as_ptr())));
}

#[test]
fn shared_bytes_have_json() {
    let json = json::to_vec(&blob().into_wire(), &PrintOptions::default()).expect("it has JSON");
    let text = String::from_utf8(json.clone()).expect("text");
    assert!(text.contains(r#""inline":"aW5saW5l""#), "{text}");
    let wire: blobs::pb::Blob = json::from_slice(&json, &ParseOptions::default()).expect("its own JSON");
    assert_eq!(Blob::from_wire(wire).expect("valid"), blob());
}
