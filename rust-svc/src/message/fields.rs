//! Conversions of the fields of a message, which collect violations.

use std::collections::HashMap;

use super::{Enumeration, Message};
use crate::{PathKey, Violations};

impl Violations {
    /// Converts a required message.
    pub fn required<T: Message<Place>, Place>(&mut self, name: &str, value: Option<T::Wire>) -> Option<T> {
        let Some(value) = value else { return self.missing(name) };
        self.within(name, |this| T::read(value, this))
    }

    /// Converts an optional message.
    pub fn optional<T: Message<Place>, Place>(&mut self, name: &str, value: Option<T::Wire>) -> Option<Option<T>> {
        let Some(value) = value else { return Some(None) };
        self.within(name, |this| T::read(value, this)).map(Some)
    }

    /// Converts a list of messages.
    pub fn repeated<T: Message<Place>, Place>(&mut self, name: &str, values: Vec<T::Wire>) -> Option<Vec<T>> {
        let mut all = Some(Vec::with_capacity(values.len()));
        for (index, value) in values.into_iter().enumerate() {
            let value = self.within_entry(name, index, |this| T::read(value, this));
            all = all.zip(value).map(|(mut all, value)| {
                all.push(value);
                all
            });
        }
        all
    }

    /// Converts a map whose values are messages. Violations are added in the order of the keys.
    pub fn map<K, T, M, Place>(&mut self, name: &str, values: HashMap<K, T::Wire>) -> Option<M>
    where
        K: PathKey,
        T: Message<Place>,
        M: FromIterator<(K, T)>,
    {
        let mut sorted: Vec<(K, T::Wire)> = values.into_iter().collect();
        sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
        let entries = sorted.into_iter().map(|(key, value)| {
            let value = self.within_entry(name, key.subscript(), |this| T::read(value, this));
            value.map(|value| (key, value))
        });
        let entries: Vec<Option<(K, T)>> = entries.collect();
        entries.into_iter().collect()
    }

    /// Checks a required scalar with presence.
    pub fn present<T: Default>(&mut self, name: &str, value: Option<T>) -> Option<T> {
        match value {
            None if self.demands(name) => self.missing(name),
            value => Some(value.unwrap_or_default()),
        }
    }

    /// Checks a text, a byte string, a list or a map that must not be empty.
    pub fn non_empty<T: Default + PartialEq>(&mut self, name: &str, value: T) -> Option<T> {
        if value == T::default() && self.demands(name) { self.missing(name) } else { Some(value) }
    }

    /// Converts an enum that must be specified.
    pub fn specified<E: Enumeration>(&mut self, name: &str, number: i32) -> Option<E> {
        E::from_number(number).or_else(|| self.missing(name))
    }

    /// Converts a oneof; `read` converts its member.
    pub fn oneof<W, T>(&mut self, value: Option<W>, read: impl FnOnce(W, &mut Self) -> Option<T>) -> Option<Option<T>> {
        let Some(value) = value else { return Some(None) };
        let member = read(value, self).map(Some);
        if std::mem::take(&mut self.is_unknown_member) { Some(None) } else { member }
    }

    /// Converts a oneof that must have a member; `read` converts the member.
    pub fn required_oneof<W, T>(
        &mut self,
        name: &str,
        value: Option<W>,
        read: impl FnOnce(W, &mut Self) -> Option<T>,
    ) -> Option<Option<T>> {
        self.oneof(value, read).inspect(|member| self.demand(name, member))
    }

    /// Converts a member of a oneof that is a closed enum. With an unknown number the oneof has no member, as protobuf
    /// specifies.
    pub fn known<E: Enumeration>(&mut self, number: i32) -> Option<E> {
        let value = E::from_number(number);
        self.is_unknown_member = value.is_none();
        value
    }
}

#[cfg(test)]
mod tests {
    use crate::Violations;

    #[test]
    fn requests_lack_output_only_fields_and_responses_may_lack_required_ones() {
        let read = |mut violations: Violations| {
            let read = (violations.non_empty("text", ""), violations.present::<i32>("number", None));
            (read, violations.output_only(7), violations.output_only_members(Some(7), |value| *value == 7))
        };
        assert_eq!(read(Violations::default()), ((None, None), 7, Some(7)));
        assert_eq!(read(Violations::of_request()), ((None, None), 0, None));
        assert_eq!(read(Violations::of_response()), ((Some(""), Some(0)), 7, Some(7)));
    }
}
