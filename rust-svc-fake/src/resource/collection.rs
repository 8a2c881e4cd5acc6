//! Resources of one kind.

use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::{Mutex, MutexGuard, PoisonError},
};

use prost_reflect::{DynamicMessage, ReflectMessage, Value};
use rust_svc::{Code, Error, Result};

use super::{
    fields::{copy, flag, number, set, set_now, text},
    methods::ResourceType,
};

/// The sizes of pages: by default, and at most.
const PAGE_SIZE: usize = 50;
const MAX_PAGE_SIZE: usize = 1000;

/// The most resources of a collection.
const MAX_RESOURCES: usize = 100_000;

/// The fields that a service sets.
const OUTPUT_FIELDS: [&str; 5] = ["name", "etag", "uid", "create_time", "update_time"];

/// Resources of one kind, by their names.
#[derive(Debug)]
pub(super) struct Collection {
    resource: ResourceType,
    state: Mutex<CollectionState>,
}

#[derive(Debug, Default)]
struct CollectionState {
    resources: BTreeMap<String, DynamicMessage>,
    /// The number of changes, which etags and identifiers contain.
    changes: u64,
}

impl Collection {
    pub(super) fn new(resource: ResourceType) -> Self {
        Self { resource, state: Mutex::default() }
    }

    /// Returns the message of its resources.
    pub(super) fn resource(&self) -> &ResourceType {
        &self.resource
    }

    /// Forgets all resources.
    pub(super) fn clear(&self) {
        *self.lock() = CollectionState::default();
    }

    /// Adds a resource with its name, or replaces it.
    pub(super) fn put(&self, mut resource: DynamicMessage) -> Result<(), String> {
        let name = text(&resource, "name");
        if name.is_empty() {
            return Err(format!("a resource of {} has no `name`", self.resource.message.full_name()));
        }
        let mut state = self.lock();
        if text(&resource, "etag").is_empty() {
            state.stamp(&mut resource);
        }
        state.resources.insert(name, resource);
        Ok(())
    }

    pub(super) fn get(&self, request: &DynamicMessage) -> Result<DynamicMessage> {
        let name = text(request, "name");
        self.lock().resources.get(&name).cloned().ok_or_else(|| not_found(&name))
    }

    /// Returns a page, the token of the next one, and the number of all resources of the parent.
    pub(super) fn list(&self, request: &DynamicMessage) -> Result<(Vec<DynamicMessage>, String, usize)> {
        let size = match number(request, "page_size") {
            0 => PAGE_SIZE,
            size => usize::try_from(size).map_err(|_| Error::invalid_argument("page_size is negative"))?,
        };
        let unsupported = ["filter", "order_by"].into_iter().find(|field| !text(request, field).is_empty());
        if let Some(field) = unsupported {
            return Err(Error::new(
                Code::Unimplemented,
                format!("the fake does not support `{field}`: script the call"),
            ));
        }
        let parent = text(request, "parent");
        let start = after(&text(request, "page_token"), &parent)?;
        let state = self.lock();
        let is_of_parent = |name: &str| is_child(name, &parent);
        let total = state.resources.keys().filter(|name| is_of_parent(name)).count();
        let bounds = (start.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        let mut rest = state.resources.range(bounds).filter(|(name, _)| is_of_parent(name));
        let page: Vec<_> = rest.by_ref().take(size.min(MAX_PAGE_SIZE)).collect();
        let next = page.last().filter(|_| rest.next().is_some()).map(|(name, _)| format!("{parent}|{name}"));
        Ok((page.into_iter().map(|(_, resource)| resource.clone()).collect(), next.unwrap_or_default(), total))
    }

    pub(super) fn create(&self, request: &DynamicMessage) -> Result<DynamicMessage> {
        let mut resource = self.resource_of(request)?;
        let mut state = self.lock();
        if state.resources.len() >= MAX_RESOURCES {
            return Err(Error::resource_exhausted(format!("the fake keeps at most {MAX_RESOURCES} resources")));
        }
        let name = self.new_name(request, &state);
        if state.resources.contains_key(&name) {
            return Err(Error::new(Code::AlreadyExists, format!("{name} exists")));
        }
        set(&mut resource, "name", Value::String(name.clone()));
        set_now(&mut resource, "create_time");
        state.stamp(&mut resource);
        if !flag(request, "validate_only") {
            state.resources.insert(name, resource.clone());
        }
        Ok(resource)
    }

    pub(super) fn update(&self, request: &DynamicMessage) -> Result<DynamicMessage> {
        let given = self.resource_of(request)?;
        let name = text(&given, "name");
        let mut state = self.lock();
        let Some(mut resource) = state.resources.get(&name).cloned() else {
            drop(state);
            return if flag(request, "allow_missing") { self.create_named(given) } else { Err(not_found(&name)) };
        };
        check_etag(&text(&given, "etag"), &resource)?;
        for path in mask(request, &given) {
            copy(&given, &mut resource, &path).map_err(|error| invalid("update_mask", &error))?;
        }
        state.stamp(&mut resource);
        if !flag(request, "validate_only") {
            state.resources.insert(name, resource.clone());
        }
        Ok(resource)
    }

    pub(super) fn delete(&self, request: &DynamicMessage) -> Result<DynamicMessage> {
        let name = text(request, "name");
        let mut state = self.lock();
        let Some(resource) = state.resources.get(&name).cloned() else {
            let is_allowed = flag(request, "allow_missing");
            return if is_allowed {
                Ok(DynamicMessage::new(self.resource.message.clone()))
            } else {
                Err(not_found(&name))
            };
        };
        check_etag(&text(request, "etag"), &resource)?;
        if !flag(request, "validate_only") {
            state.resources.remove(&name);
        }
        Ok(resource)
    }

    fn create_named(&self, mut resource: DynamicMessage) -> Result<DynamicMessage> {
        let name = text(&resource, "name");
        let mut state = self.lock();
        set_now(&mut resource, "create_time");
        state.stamp(&mut resource);
        state.resources.insert(name, resource.clone());
        Ok(resource)
    }

    /// Returns the resource in a request to create or update it.
    fn resource_of(&self, request: &DynamicMessage) -> Result<DynamicMessage> {
        let is_it = |value: &Value| match value {
            Value::Message(message) if message.descriptor() == self.resource.message => Some(message.clone()),
            _ => None,
        };
        let found = request.fields().find_map(|(_, value)| is_it(value));
        found.ok_or_else(|| Error::invalid_argument(format!("the request has no {}", self.resource.message.name())))
    }

    /// Returns the name of a new resource: of the identifier in the request, or of a new one.
    fn new_name(&self, request: &DynamicMessage, state: &CollectionState) -> String {
        let id = format!("{}_id", snake(self.resource.message.name()));
        let id = match text(request, &id) {
            id if id.is_empty() => format!("{}", state.changes + 1),
            id => id,
        };
        let parent = text(request, "parent");
        let separator = if parent.is_empty() { "" } else { "/" };
        format!("{parent}{separator}{}/{id}", self.resource.collection)
    }

    fn lock(&self) -> MutexGuard<'_, CollectionState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CollectionState {
    /// Gives a resource a new etag, and the time of the change.
    fn stamp(&mut self, resource: &mut DynamicMessage) {
        self.changes += 1;
        set(resource, "etag", Value::String(format!("\"{}\"", self.changes)));
        set_now(resource, "update_time");
    }
}

/// Returns the paths to update: those of the mask; without a mask, all fields that are set; with `*`, all fields.
fn mask(request: &DynamicMessage, given: &DynamicMessage) -> Vec<String> {
    let mask = request.get_field_by_name("update_mask");
    let mask = mask.as_deref().and_then(Value::as_message);
    let paths = mask.and_then(|mask| mask.get_field_by_name("paths").map(|paths| paths.into_owned()));
    let paths: Vec<String> = match paths {
        Some(Value::List(paths)) => paths.iter().filter_map(|path| path.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    };
    let all = match paths.as_slice() {
        [] => given.fields().map(|(field, _)| field.name().to_owned()).collect(),
        [path] if path == "*" => given.descriptor().fields().map(|field| field.name().to_owned()).collect(),
        _ => paths,
    };
    all.into_iter().filter(|path| !OUTPUT_FIELDS.contains(&path.as_str())).collect()
}

/// Returns the name after which a page begins.
fn after(token: &str, parent: &str) -> Result<Option<String>> {
    if token.is_empty() {
        return Ok(None);
    }
    let name = token.strip_prefix(parent).and_then(|rest| rest.strip_prefix('|'));
    name.map(|name| Some(name.to_owned())).ok_or_else(|| invalid("page_token", "it is not of this list"))
}

/// Returns whether a resource is in a parent, whose parts may be `-`.
fn is_child(name: &str, parent: &str) -> bool {
    if parent.is_empty() {
        return true;
    }
    let mut parts = name.split('/');
    let is_in = parent.split('/').all(|expected| parts.next().is_some_and(|part| expected == "-" || expected == part));
    is_in && parts.count() == 2
}

fn check_etag(etag: &str, resource: &DynamicMessage) -> Result<()> {
    let current = text(resource, "etag");
    match etag.is_empty() || current.is_empty() || etag == current {
        true => Ok(()),
        false => Err(Error::aborted(format!("the etag {etag} is not the current one"))),
    }
}

fn not_found(name: &str) -> Error {
    Error::new(Code::NotFound, format!("{name} does not exist"))
}

fn invalid(field: &str, reason: &str) -> Error {
    let violation = rust_svc::Violation::new(field, reason);
    Error::invalid_argument(violation.to_string()).with_violations([violation])
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}
