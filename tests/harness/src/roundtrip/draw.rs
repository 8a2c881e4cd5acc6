//! Random messages from random bytes. Fewer or smaller bytes make a simpler message. Without more bytes, the first
//! choice is taken and every ratio is met.

use std::collections::{HashMap, hash_map::Entry};

use arbitrary::{Result, Unstructured};
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, OneofDescriptor, Value};

use crate::roundtrip::contracts::{Contracts, oneof};

/// The maximum nesting of optional messages.
const DEPTH: usize = 4;
/// The maximum nesting of required messages.
const REQUIRED_DEPTH: usize = 12;

/// The state of drawing a message.
pub(crate) struct Draw<'a, 'b> {
    pub(crate) contracts: &'a Contracts,
    pub(crate) bytes: Unstructured<'b>,
    /// The messages that may be packed in a `google.protobuf.Any`.
    pub(crate) packed: &'a [MessageDescriptor],
    /// The latest second of a time.
    pub(crate) latest: i64,
    /// Whether some fields become invalid.
    pub(crate) breaks: bool,
    /// The paths of the invalid fields.
    pub(crate) wrong: Vec<String>,
    /// The path of the current message.
    pub(crate) path: Vec<String>,
}

impl Draw<'_, '_> {
    /// Draws a message. Messages of `google.protobuf` follow their own rules.
    pub(crate) fn message(&mut self, descriptor: &MessageDescriptor) -> Result<DynamicMessage> {
        if self.path.len() > REQUIRED_DEPTH {
            return Err(arbitrary::Error::NotEnoughData); // it requires itself
        }
        if let Some(known) = self.known(descriptor) {
            return known;
        }
        let breaks = self.breaks;
        self.breaks &= !self.contracts.is_masked(descriptor);
        let message = self.fields(descriptor);
        self.breaks = breaks;
        message
    }

    fn fields(&mut self, descriptor: &MessageDescriptor) -> Result<DynamicMessage> {
        let mut message = DynamicMessage::new(descriptor.clone());
        let fields: Vec<_> = descriptor.fields().collect();
        for field in fields.iter().filter(|field| oneof(field).is_none()) {
            let value = self.within(field.name().to_owned(), |this| this.field(field))?;
            value.into_iter().for_each(|value| message.set_field(field, value));
        }
        for declared in descriptor.oneofs().filter(|oneof| !oneof.is_synthetic()) {
            let members = fields.iter().filter(|field| oneof(field).is_some_and(|oneof| oneof == declared));
            let Some(member) = self.member(&declared, &members.collect::<Vec<_>>())? else { continue };
            message.set_field(member, self.within(member.name().to_owned(), |this| this.value(&member.kind()))?);
        }
        Ok(message)
    }

    /// Draws the member of a oneof that is set.
    fn member<'c>(
        &mut self,
        oneof: &OneofDescriptor,
        members: &[&'c FieldDescriptor],
    ) -> Result<Option<&'c FieldDescriptor>> {
        if !self.contracts.is_required_oneof(oneof) {
            let members: Vec<_> = std::iter::once(None).chain(members.iter().copied().map(Some)).collect();
            return Ok(self.pick(&members)?.filter(|member| self.has_room(member)));
        }
        if self.is_broken()? {
            self.wrong.push(self.path.iter().map(String::as_str).chain([oneof.name()]).collect::<Vec<_>>().join("."));
            return Ok(None);
        }
        self.pick(members).map(|member| Some(*member))
    }

    /// The value of a field that is in no oneof; `None` to leave it unset.
    fn field(&mut self, field: &FieldDescriptor) -> Result<Option<Value>> {
        let is_required = self.contracts.is_required(field);
        if is_required && self.is_broken()? {
            self.wrong.push(self.path.join("."));
            return Ok(None);
        }
        if field.is_map() {
            self.map(field, is_required).map(Some)
        } else if field.is_list() {
            self.list(field, is_required).map(Some)
        } else if field.cardinality() == prost_reflect::Cardinality::Required {
            self.value(&field.kind()).map(Some)
        } else if self.contracts.has_presence(field) {
            let is_there = is_required || (self.has_room(field) && !self.bytes.ratio(1, 3)?);
            let value = if is_there { Some(self.value(&field.kind())?) } else { None };
            Ok(value.map(|value| if is_required { self.specified(field, value) } else { value }))
        } else {
            let value = self.value(&field.kind())?;
            let value = if is_required { self.specified(field, value) } else { value };
            Ok(Some(value).filter(|value| !value.is_default(&field.kind())))
        }
    }

    /// The value, or another one if it counts as unset.
    fn specified(&self, field: &FieldDescriptor, value: Value) -> Value {
        let is_none = value.is_default(&field.kind());
        match field.kind() {
            Kind::String if is_none && !self.contracts.has_presence(field) => Value::String("there".to_owned()),
            Kind::Bytes if is_none && !self.contracts.has_presence(field) => Value::Bytes(vec![0].into()),
            Kind::Enum(item) if self.contracts.has_unspecified_zero(&item) && value == Value::EnumNumber(0) => {
                Value::EnumNumber(1)
            }
            _ => value,
        }
    }

    fn list(&mut self, field: &FieldDescriptor, is_required: bool) -> Result<Value> {
        let length = self.length(field, is_required)?;
        let name = self.path.pop().unwrap_or_default();
        let kind = field.kind();
        let item = |this: &mut Self, index| this.within(format!("{name}[{index}]"), |this| this.value(&kind));
        let items: Result<Vec<_>> = (0..length).map(|index| item(self, index)).collect();
        self.path.push(name);
        items.map(Value::List)
    }

    fn map(&mut self, field: &FieldDescriptor, is_required: bool) -> Result<Value> {
        let Kind::Message(entry) = field.kind() else { unreachable!("a map is a list of entries") };
        let length = self.length(field, is_required)?;
        let name = self.path.pop().unwrap_or_default();
        let (key, value) = (entry.map_entry_key_field().kind(), entry.map_entry_value_field().kind());
        let mut entries = HashMap::new();
        for _ in 0..length {
            if let Entry::Vacant(entry) = entries.entry(self.key(&key)?) {
                let place = format!("{name}[{}]", display(entry.key()));
                entry.insert(self.within(place, |this| this.value(&value))?);
            }
        }
        self.path.push(name);
        Ok(Value::Map(entries))
    }

    fn length(&mut self, field: &FieldDescriptor, is_required: bool) -> Result<usize> {
        let least = usize::from(is_required);
        if self.has_room(field) { self.bytes.int_in_range(least..=3) } else { Ok(least) }
    }

    fn value(&mut self, kind: &Kind) -> Result<Value> {
        match kind {
            Kind::Message(descriptor) => self.message(descriptor).map(Value::Message),
            other => self.scalar(other),
        }
    }

    /// Whether the field may have a value at this depth.
    fn has_room(&self, field: &FieldDescriptor) -> bool {
        self.path.len() < DEPTH || !matches!(field.kind(), Kind::Message(_)) || field.is_map()
    }

    /// Whether to make a value invalid.
    pub(crate) fn is_broken(&mut self) -> Result<bool> {
        Ok(self.breaks && !self.bytes.ratio(3, 4)?)
    }

    /// Picks one of these.
    pub(crate) fn pick<'c, T>(&mut self, choices: &'c [T]) -> Result<&'c T> {
        self.bytes.choose(choices)
    }

    fn within<T>(&mut self, name: String, draw: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.path.push(name);
        let value = draw(self);
        self.path.pop();
        value
    }
}

fn display(key: &MapKey) -> String {
    match key {
        MapKey::Bool(key) => key.to_string(),
        MapKey::I32(key) => key.to_string(),
        MapKey::I64(key) => key.to_string(),
        MapKey::U32(key) => key.to_string(),
        MapKey::U64(key) => key.to_string(),
        MapKey::String(key) => rust_svc::PathKey::subscript(key),
    }
}
