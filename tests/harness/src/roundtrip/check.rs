//! The properties that hold for every message.

use std::cell::Cell;

use arbitrary::Unstructured;
use proptest::{
    collection::vec,
    prelude::any,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner},
};
use prost_reflect::{DynamicMessage, MessageDescriptor, ReflectMessage as _, prost::Message as _};
use rust_svc::{
    Violations,
    json::{ParseOptions, PrintOptions},
};

use crate::roundtrip::{
    contracts::Contracts,
    draw::Draw,
    json,
    leaves::{Floats, Leaves, difference, leaves},
    types::{Codec, Conversion, Tree},
};

/// The number of messages of each type for each property.
const CASES: u32 = 24;
/// The maximum number of attempts to simplify a failing message.
const SHRINKS: u32 = 2000;
/// The maximum number of random bytes for a message.
const BYTES: usize = 512;

/// Counts of the checked types and messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Types with a conversion.
    pub conversions: usize,
    /// Valid messages.
    pub identical: usize,
    /// Invalid messages.
    pub refused: usize,
    /// Violations that were reported.
    pub violations: usize,
    /// Types with JSON.
    pub codecs: usize,
    /// Messages that were printed and read.
    pub printed: usize,
}

impl std::iter::Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |one, other| Self {
            conversions: one.conversions + other.conversions,
            identical: one.identical + other.identical,
            refused: one.refused + other.refused,
            violations: one.violations + other.violations,
            codecs: one.codecs + other.codecs,
            printed: one.printed + other.printed,
        })
    }
}

/// A drawn message, and the paths of its invalid fields.
struct Drawn {
    message: DynamicMessage,
    wrong: Vec<String>,
}

/// The property that messages are drawn for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Valid messages are unchanged by conversions.
    Right,
    /// Invalid messages are rejected.
    Wrong,
    /// Messages are unchanged by JSON.
    Json,
}

/// The properties of one tree.
pub struct Check<'a> {
    tree: &'a Tree,
    contracts: Contracts,
    packed: Vec<MessageDescriptor>,
    parse: ParseOptions,
    print: PrintOptions,
}

impl Tree {
    /// Draws messages of every type. Fails with the simplest message that violates a property.
    pub fn check(&self) -> Result<Tally, String> {
        Check::new(self).all()
    }
}

impl<'a> Check<'a> {
    fn new(tree: &'a Tree) -> Self {
        let contracts = Contracts::new(tree.descriptors);
        let known = ["google.protobuf.Duration", "google.protobuf.Timestamp"].into_iter();
        let names = known.chain(tree.codecs.iter().take(3).map(|codec| codec.name));
        let packed = names.filter_map(|name| contracts.pool.get_message_by_name(name)).filter(can_be_packed).collect();
        let (mut parse, mut print) = (ParseOptions::default(), PrintOptions::default());
        parse.types = tree.types.clone();
        print.types = tree.types.clone();
        Self { tree, contracts, packed, parse, print }
    }

    fn all(&self) -> Result<Tally, String> {
        let (conversions, codecs) = (&self.tree.conversions, &self.tree.codecs);
        let converted = conversions.iter().map(|conversion| self.conversion(conversion));
        let coded = codecs.iter().map(|codec| self.codec(codec));
        let (tallies, failures): (Vec<_>, Vec<_>) = converted.chain(coded).partition(Result::is_ok);
        if failures.is_empty() {
            return Ok(tallies.into_iter().flatten().sum());
        }
        Err(failures.into_iter().filter_map(Result::err).collect::<Vec<_>>().join("\n\n"))
    }

    fn conversion(&self, conversion: &Conversion) -> Result<Tally, String> {
        let identical = self.each(conversion.name, Kind::Right, |drawn| self.comes_back(conversion, drawn))?;
        let violations = Cell::new(0);
        let refused = self.each(conversion.name, Kind::Wrong, |drawn| {
            violations.set(violations.get() + drawn.wrong.len());
            self.is_refused(conversion, drawn)
        })?;
        Ok(Tally { conversions: 1, identical, refused, violations: violations.get(), ..Tally::default() })
    }

    fn codec(&self, codec: &Codec) -> Result<Tally, String> {
        let printed = self.each(codec.name, Kind::Json, |drawn| self.is_printed_and_read(codec, drawn))?;
        Ok(Tally { codecs: 1, printed, ..Tally::default() })
    }

    /// Draws messages of a type and checks a property of each. Returns their number.
    fn each(&self, name: &str, kind: Kind, hold: impl Fn(&Drawn) -> Result<(), String>) -> Result<usize, String> {
        let descriptor = self.contracts.message(name);
        let cases = std::env::var("ROUND_TRIPS").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
        let config = Config { cases, failure_persistence: None, max_shrink_iters: SHRINKS, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        let count = Cell::new(0);
        let run = runner.run(&vec(any::<u8>(), 0..BYTES), |bytes| {
            let Some(drawn) = self.draw(&descriptor, &bytes, kind) else { return Ok(()) };
            if drawn.wrong.is_empty() == (kind == Kind::Wrong) {
                return Ok(());
            }
            count.set(count.get() + 1);
            hold(&drawn).map_err(TestCaseError::fail)
        });
        run.map(|()| count.get()).map_err(|error| match error {
            TestError::Fail(reason, bytes) => self.failure(&descriptor, &bytes, kind, &reason.to_string()),
            TestError::Abort(reason) => reason.to_string(),
        })
    }

    /// Describes the simplest message that violates the property.
    fn failure(&self, descriptor: &MessageDescriptor, bytes: &[u8], kind: Kind, reason: &str) -> String {
        let drawn = self.draw(descriptor, bytes, kind);
        let held = drawn.map(|drawn| leaves(&self.contracts, &drawn.message, Floats::Exact)).unwrap_or_default();
        format!("{}, {}: {reason}\nof {held:#?}", self.tree.name, descriptor.full_name())
    }

    /// Draws a message. Returns `None` if every such message would be infinite.
    fn draw(&self, descriptor: &MessageDescriptor, bytes: &[u8], kind: Kind) -> Option<Drawn> {
        let mut draw = Draw {
            contracts: &self.contracts,
            bytes: Unstructured::new(bytes),
            packed: &self.packed,
            latest: self.tree.latest,
            breaks: kind == Kind::Wrong,
            wrong: Vec::new(),
            path: Vec::new(),
        };
        let message = draw.message(descriptor).ok()?;
        Some(Drawn { message, wrong: draw.wrong })
    }

    /// Checks that a message is unchanged after conversion to its plain type and back.
    fn comes_back(&self, conversion: &Conversion, drawn: &Drawn) -> Result<(), String> {
        let converted = (conversion.convert)(&drawn.message.encode_to_vec());
        let descriptor = drawn.message.descriptor();
        let straight = self.decoded(&descriptor, &converted.straight, Floats::Exact)?;
        same("decoded and encoded", &leaves(&self.contracts, &drawn.message, Floats::Exact), &straight)?;
        let back = converted.result.map_err(|paths| format!("refused for {paths:?}"))?;
        same("converted", &straight, &self.decoded(&descriptor, &back, Floats::Exact)?)
    }

    /// Checks that the violations are exactly the invalid fields.
    fn is_refused(&self, conversion: &Conversion, drawn: &Drawn) -> Result<(), String> {
        let result = (conversion.convert)(&drawn.message.encode_to_vec()).result;
        let mut reported = result.err().unwrap_or_default();
        let mut wrong = if conversion.is_none { Vec::new() } else { drawn.wrong.clone() };
        if wrong.len() > Violations::LIMIT && reported.len() == Violations::LIMIT {
            return Ok(());
        }
        reported.sort();
        wrong.sort();
        if reported == wrong { Ok(()) } else { Err(format!("{wrong:?} is wrong, and {reported:?} is reported")) }
    }

    /// Checks that a message is unchanged by JSON, which equals that of prost-reflect.
    fn is_printed_and_read(&self, codec: &Codec, drawn: &Drawn) -> Result<(), String> {
        let descriptor = drawn.message.descriptor();
        let bytes = drawn.message.encode_to_vec();
        let expected = leaves(&self.contracts, &drawn.message, Floats::Equal);
        let own = (codec.print)(&bytes, &self.print).map_err(|error| format!("is not printed: {error}"))?;
        let shown = String::from_utf8_lossy(&own).into_owned();
        let read =
            |text: &[u8]| (codec.parse)(text, &self.parse).map_err(|error| format!("{shown}\nis not read: {error}"));
        same(&shown, &expected, &self.decoded(&descriptor, &read(&own)?, Floats::Equal)?)?;

        match json::print(&drawn.message) {
            Ok(foreign) => {
                let (ours, mut theirs) = (json::value(&own), json::value(&foreign));
                json::put_right(&mut theirs, &ours);
                let foreign = theirs.to_string();
                let (ours, theirs) = (json::plain(ours), json::plain(theirs));
                if ours != theirs {
                    return Err(format!("{ours}\nis printed, and prost-reflect prints\n{theirs}"));
                }
                let read = self.decoded(&descriptor, &read(foreign.as_bytes())?, Floats::Equal)?;
                same("what prost-reflect printed", &expected, &read)?;
            }
            Err(error) if json::is_known(&error) => (),
            Err(error) => return Err(format!("prost-reflect does not print: {error}")),
        }
        match json::parse(descriptor, &own) {
            Ok(read) => same("what prost-reflect read", &expected, &leaves(&self.contracts, &read, Floats::Equal)),
            Err(error) if json::is_known(&error) => Ok(()),
            Err(error) => Err(format!("{shown}\nprost-reflect does not read: {error}")),
        }
    }

    fn decoded(&self, descriptor: &MessageDescriptor, bytes: &[u8], floats: Floats) -> Result<Leaves, String> {
        let message = DynamicMessage::decode(descriptor.clone(), bytes).map_err(|error| error.to_string())?;
        Ok(leaves(&self.contracts, &message, floats))
    }
}

fn same(what: &str, expected: &Leaves, found: &Leaves) -> Result<(), String> {
    let difference = difference(expected, found);
    if difference.is_empty() { Ok(()) } else { Err(format!("{what}:\n{}", difference.join("\n"))) }
}

/// Whether a message can be in an `Any`. Its JSON object contains `@type`, so no field may have that name.
fn can_be_packed(message: &MessageDescriptor) -> bool {
    message.fields().all(|field| field.json_name() != "@type")
}
