//! The services that keep resources.

use std::{collections::BTreeMap, sync::Arc};

use prost_reflect::{DynamicMessage, Kind, Value};
use rust_svc::{Context, Result};

use super::{
    collection::Collection,
    fields::set,
    methods::{StandardMethod, listed},
};
use crate::{
    contract::{Contract, Dynamic, DynamicMethod},
    script::{DynamicFake, DynamicFakes, ResourceSpec},
};

/// The collections of all services with standard methods, by service and message.
#[derive(Debug, Default)]
pub(crate) struct ResourceServices(BTreeMap<(String, String), Arc<Collection>>);

/// A standard method of a collection.
struct ServedMethod {
    kind: StandardMethod,
    method: DynamicMethod,
    collection: Arc<Collection>,
}

impl ResourceServices {
    /// Lets the fakes of standard methods keep resources, for calls without a script.
    pub(crate) fn new(contract: &Contract, fakes: &DynamicFakes, is_on: bool) -> Self {
        let mut services = Self::default();
        for (name, method) in contract.methods.iter().filter(|_| is_on) {
            let Some((kind, resource)) = StandardMethod::of(method) else { continue };
            let key = (method.service.full_name().to_owned(), resource.message.full_name().to_owned());
            let collection = services.0.entry(key).or_insert_with(|| Arc::new(Collection::new(resource))).clone();
            let served = Arc::new(ServedMethod { kind, method: method.clone(), collection });
            if let Some(DynamicFake::Unary(fake)) = fakes.get(name) {
                fake.passes_to(&served, |it, cx, request| Box::pin(it.call(cx, request)));
            }
        }
        services
    }

    /// Adds the first resources. Fails if a service keeps none, or if a resource is invalid.
    pub(crate) fn seed(&self, contract: &Contract, specs: &[ResourceSpec]) -> Result<(), String> {
        for spec in specs {
            spec.seed.iter().try_for_each(|seed| self.add(contract, &spec.service, seed))?;
        }
        Ok(())
    }

    /// Forgets all resources.
    pub(crate) fn reset(&self) {
        self.0.values().for_each(|collection| collection.clear());
    }

    /// Adds a resource to the collection of the service whose name it has.
    fn add(&self, contract: &Contract, service: &str, seed: &serde_json::Value) -> Result<(), String> {
        let of_service = self.0.iter().filter(|((name, _), _)| name == service);
        let collections: Vec<_> = of_service.map(|(_, collection)| collection).collect();
        let name = seed.get("name").and_then(serde_json::Value::as_str).unwrap_or_default();
        let segment = name.rsplit('/').nth(1).unwrap_or_default();
        let is_it = |collection: &&&Arc<Collection>| collection.resource().collection == segment;
        let collection = collections.iter().find(is_it).ok_or_else(|| self.unknown(contract, service, name))?;
        let resource = Dynamic::from_json(collection.resource().message.clone(), seed)?;
        collection.put(resource.0)
    }

    fn unknown(&self, contract: &Contract, service: &str, name: &str) -> String {
        if !contract.methods.values().any(|method| method.service.full_name() == service) {
            return format!("error: unknown service `{service}`");
        }
        let of_service = self.0.iter().filter(|((name, _), _)| name == service);
        let names: Vec<_> = of_service.map(|(_, collection)| collection.resource().collection.as_str()).collect();
        let known = if names.is_empty() { "none: start with --resources".to_owned() } else { names.join(", ") };
        format!("error: `{name}` is in no collection of {service}\n  help: its collections are {known}")
    }
}

impl ServedMethod {
    async fn call(&self, _: Context, request: Dynamic) -> Result<Dynamic> {
        let (collection, request) = (&self.collection, &request.0);
        let response = match self.kind {
            StandardMethod::Get => collection.get(request)?,
            StandardMethod::List => self.page(collection.list(request)?),
            StandardMethod::Create => collection.create(request)?,
            StandardMethod::Update => collection.update(request)?,
            StandardMethod::Delete => self.deleted(collection.delete(request)?),
        };
        Ok(Dynamic(response))
    }

    fn page(&self, (resources, next, total): (Vec<DynamicMessage>, String, usize)) -> DynamicMessage {
        let mut response = DynamicMessage::new(self.method.output.clone());
        if let Some((field, _)) = listed(&self.method) {
            response.set_field(&field, Value::List(resources.into_iter().map(Value::Message).collect()));
        }
        set(&mut response, "next_page_token", Value::String(next));
        let total = i32::try_from(total).unwrap_or(i32::MAX);
        match self.method.output.get_field_by_name("total_size").map(|field| field.kind()) {
            Some(Kind::Int64) => set(&mut response, "total_size", Value::I64(total.into())),
            _ => set(&mut response, "total_size", Value::I32(total)),
        }
        response
    }

    /// Returns the response to a deletion: the resource, or an empty message.
    fn deleted(&self, resource: DynamicMessage) -> DynamicMessage {
        use prost_reflect::ReflectMessage as _;
        if resource.descriptor() == self.method.output {
            resource
        } else {
            DynamicMessage::new(self.method.output.clone())
        }
    }
}
