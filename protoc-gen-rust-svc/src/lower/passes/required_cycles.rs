//! Messages that require another message of the same type.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::lower::graph::{Cycles, Edges};
use crate::model::{Cardinality, Field, Form, Member, Message, Value};

/// Ignores REQUIRED on fields and oneofs that lead back to their own message, and marks oneofs that do so by rules of
/// `buf.validate`. No finite message satisfies them.
pub(super) fn break_required_cycles(messages: &mut BTreeMap<String, Message>) {
    break_fields(messages);
    let endless = endless_oneofs(messages, is_annotated);
    for message in messages.values_mut() {
        let own = message.members.iter_mut().filter(|member| endless.contains(&key(&message.name, member)));
        own.for_each(ignore);
    }
    let endless = endless_oneofs(messages, |member| is_annotated(member) || is_ruled(member));
    for message in messages.values_mut() {
        for member in &mut message.members {
            let is_endless = endless.contains(&key(&message.name, member));
            if let Member::Oneof(oneof) = member {
                oneof.is_endless = is_endless;
            }
        }
    }
}

/// Ignores REQUIRED on fields, whose messages contain it whatever the members of oneofs are.
fn break_fields(messages: &mut BTreeMap<String, Message>) {
    let edges: Edges = messages.iter().map(|(name, message)| (name.clone(), required_messages(message))).collect();
    let cycles = Cycles::new(&edges);
    for (name, message) in messages {
        for field in message.members.iter_mut().filter_map(annotated_field) {
            field.required = !matches!(&field.value, Value::Message(held) if cycles.contains(name, held));
        }
    }
}

/// A field that is REQUIRED, but not `required` by proto2, which cannot be ignored.
fn annotated_field(member: &mut Member) -> Option<&mut Field> {
    match member {
        Member::Field(field) if field.required && field.cardinality != Cardinality::Required => Some(field),
        _ => None,
    }
}

/// The messages that a message requires. Only plain types are considered.
fn required_messages(message: &Message) -> Vec<String> {
    let members = message.members.iter().filter(|_| matches!(message.form, Form::Plain));
    members.filter_map(required_message).cloned().collect()
}

fn required_message(member: &Member) -> Option<&String> {
    match member {
        Member::Field(Field { required, cardinality, value: Value::Message(held), .. }) => {
            (*required || *cardinality == Cardinality::Required).then_some(held)
        }
        _ => None,
    }
}

/// Whether the members of a oneof are REQUIRED.
fn is_annotated(member: &Member) -> bool {
    matches!(member, Member::Oneof(oneof) if oneof.required())
}

/// Whether a rule of `buf.validate` requires a member of a oneof.
fn is_ruled(member: &Member) -> bool {
    matches!(member, Member::Oneof(oneof) if oneof.is_required_by_rule)
}

fn ignore(member: &mut Member) {
    if let Member::Oneof(oneof) = member {
        oneof.fields.iter_mut().for_each(|field| field.required = false);
    }
}

/// The identity of a oneof.
type OneofKey = (String, String);

fn key(message: &str, member: &Member) -> OneofKey {
    let name = match member {
        Member::Oneof(oneof) => oneof.name.as_str(),
        Member::Field(_) => "",
    };
    (message.to_owned(), name.to_owned())
}

/// The required oneofs that lead back to their own message whichever member they have.
fn endless_oneofs(messages: &BTreeMap<String, Message>, is_required: impl Fn(&Member) -> bool) -> HashSet<OneofKey> {
    let clauses = clauses(messages, is_required);
    let finite = finite(messages, &clauses);
    let mut edges: Edges = BTreeMap::new();
    for clause in &clauses {
        let endless = clause.held.iter().filter(|held| !finite.contains(**held)).map(|held| (*held).to_owned());
        edges.entry(clause.message.to_owned()).or_default().extend(endless);
    }
    let cycles = Cycles::new(&edges);
    let leads_back = |clause: &&Clause<'_>| {
        !finite.contains(clause.message) && clause.held.iter().any(|held| cycles.contains(clause.message, held))
    };
    let is_endless = |clause: &&Clause<'_>| !clause.held.iter().any(|held| finite.contains(*held));
    let endless = clauses.iter().filter(is_endless).filter(leads_back);
    endless.map(|clause| key(clause.message, clause.member)).collect()
}

/// A requirement of a message: one of these messages.
struct Clause<'a> {
    message: &'a str,
    member: &'a Member,
    held: Vec<&'a str>,
}

fn clauses<'a>(messages: &'a BTreeMap<String, Message>, is_required: impl Fn(&Member) -> bool) -> Vec<Clause<'a>> {
    let plain = messages.values().filter(|message| matches!(message.form, Form::Plain));
    let members = plain.flat_map(|message| message.members.iter().map(move |member| (message, member)));
    let clause = |(message, member): (&'a Message, &'a Member)| {
        let held = match member {
            Member::Oneof(oneof) if is_required(member) => oneof.fields.iter().map(held).collect::<Option<Vec<_>>>()?,
            Member::Oneof(_) => return None,
            Member::Field(_) => vec![required_message(member)?.as_str()],
        };
        Some(Clause { message: &message.name, member, held })
    };
    members.filter_map(clause).collect()
}

fn held(field: &Field) -> Option<&str> {
    match &field.value {
        Value::Message(name) => Some(name),
        _ => None,
    }
}

/// The messages of which a finite one satisfies all clauses.
fn finite<'a>(messages: &'a BTreeMap<String, Message>, clauses: &[Clause<'a>]) -> HashSet<&'a str> {
    let mut open: HashMap<&str, usize> = HashMap::new();
    let mut waiting: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, clause) in clauses.iter().enumerate() {
        *open.entry(clause.message).or_default() += 1;
        clause.held.iter().for_each(|held| waiting.entry(held).or_default().push(index));
    }
    let mut todo: Vec<&str> = messages.keys().map(String::as_str).filter(|name| !open.contains_key(name)).collect();
    let (mut finite, mut satisfied) = (HashSet::new(), vec![false; clauses.len()]);
    while let Some(name) = todo.pop() {
        finite.insert(name);
        for index in waiting.remove(name).unwrap_or_default() {
            if !std::mem::replace(&mut satisfied[index], true)
                && let Some(left) = open.get_mut(clauses[index].message)
            {
                *left -= 1;
                todo.extend((*left == 0).then_some(clauses[index].message));
            }
        }
    }
    finite
}
