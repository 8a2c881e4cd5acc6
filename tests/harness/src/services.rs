//! Prints a program that calls each method of the services of a generated tree.
//!
//! It reads the generated text, as [`registry`](crate::registry) does.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use syn::{
    Expr, ExprLit, Field, Fields, File, GenericArgument, Ident, ImplItem, Item, ItemFn, ItemImpl, ItemStruct, Lit,
    PathArguments, ReturnType, Stmt, Type, TypeParamBound, TypeTraitObject,
};

use crate::registry::module;

/// Prints a test for each service of a tree in the module `root`. The names of the tests begin with `name`.
///
/// A test calls each method by a function with the name of its kind, such as `unary`, with the name, the fake and the
/// call; and each HTTP route by `route`, with the gateway, the fake, the verb and the template.
pub fn services(name: &str, root: &str, files: &BTreeMap<String, String>) -> String {
    let calls = packages(root, files).flat_map(|(package, printed)| printed.services(&package));
    let test = |(index, calls)| format!("#[tokio::test]\nasync fn {name}_{index}() {{\n{calls}}}\n\n");
    calls.enumerate().map(test).collect()
}

/// Prints a test for each service of a tree whose methods all return the type of their single request. The service
/// echoes its requests. The test makes each request by `asked`, with the gateway and the line of the request.
pub fn echoes(name: &str, root: &str, files: &BTreeMap<String, String>, asked: &[&str]) -> String {
    let asked: String = asked.iter().map(|line| format!("    asked(&gateway, {line:?}).await;\n")).collect();
    let echoes = packages(root, files).flat_map(|(package, printed)| printed.echoes(&package));
    let test = |(index, echo)| format!("#[tokio::test]\nasync fn {name}_asked_{index}() {{\n{echo}{asked}}}\n\n");
    echoes.enumerate().map(test).collect()
}

/// The modules of a tree with their generated items.
fn packages<'a>(root: &'a str, files: &'a BTreeMap<String, String>) -> impl Iterator<Item = (String, ServiceItems)> {
    let folders: BTreeSet<_> = files.keys().map(|path| folder(path)).collect();
    folders.into_iter().map(move |within| {
        let of_folder = files.iter().filter(|(path, _)| folder(path) == within);
        (module(root, &format!("{within}mod.rs")), ServiceItems::read(of_folder.map(|(_, text)| text)))
    })
}

/// The folder of a file, with a slash at its end unless it is the outermost.
fn folder(path: &str) -> &str {
    &path[..path.rfind('/').map_or(0, |slash| slash + 1)]
}

/// The generated items for the services of a package.
#[derive(Default)]
struct ServiceItems {
    fakes: Vec<ItemStruct>,
    implementations: Vec<ItemImpl>,
    functions: Vec<ItemFn>,
}

impl ServiceItems {
    fn read<'a>(texts: impl Iterator<Item = &'a String>) -> Self {
        let mut printed = Self::default();
        for item in texts.flat_map(|text| parse(text).items) {
            match item {
                Item::Struct(item) if kinds(&item).next().is_some() => printed.fakes.push(item),
                Item::Impl(item) => printed.implementations.push(item),
                Item::Fn(item) => printed.functions.push(item),
                _ => {}
            }
        }
        printed
    }

    /// The calls of each service of the module.
    fn services(&self, package: &str) -> Vec<String> {
        self.fakes.iter().map(|fake| self.calls(package, fake).unwrap_or_else(|| panic!("{}", fake.ident))).collect()
    }

    /// Tests for the gateways of services whose methods can echo their requests.
    fn echoes(&self, package: &str) -> Vec<String> {
        self.fakes.iter().filter_map(|fake| self.echo(package, fake)).collect()
    }

    fn echo(&self, package: &str, fake: &ItemStruct) -> Option<String> {
        if kinds(fake).any(|(_, kind)| kind != "unary") {
            return None;
        }
        let name = trait_name(self.faked(fake)?)?;
        let gateway = self.functions.iter().find(|item| serves(item, &name) && returns(item, "Gateway"))?;
        let mut echo = format!("    let fake = {package}::{}::lenient();\n", fake.ident);
        for (field, _) in kinds(fake) {
            let _ = writeln!(echo, "    fake.{field}.returns_with(|call| async move {{ Ok(call.into_request()) }});");
        }
        let _ = writeln!(echo, "    let routes = {package}::{}(Arc::new(fake));", gateway.sig.ident);
        echo.push_str("    let gateway = gateway::GatewayRoutes::from(routes).into_router();\n");
        Some(echo)
    }

    /// Finds the implementation of the trait for a fake.
    fn faked(&self, fake: &ItemStruct) -> Option<&ItemImpl> {
        self.implementations.iter().find(|item| is(&item.self_ty, &fake.ident) && has_functions_of(item, fake))
    }

    fn calls(&self, package: &str, fake: &ItemStruct) -> Option<String> {
        let faked = self.faked(fake)?;
        let name = trait_name(faked)?;
        let of_client = |item: &&ItemImpl| trait_name(item).as_ref() == Some(&name) && !is(&item.self_ty, &fake.ident);
        let client = last(&self.implementations.iter().find(of_client)?.self_ty)?;
        let serving = self.functions.iter().filter(|item| serves(item, &name));
        let (gateways, adapters): (Vec<_>, Vec<_>) = serving.partition(|item| returns(item, "Gateway"));
        let adapter = &adapters.first()?.sig.ident;

        let mut calls = format!("    let fake = {package}::{}::lenient();\n", fake.ident);
        let _ = writeln!(calls, "    let routes = {package}::{adapter}(Arc::new(fake.clone()));");
        let _ = writeln!(calls, "    let client = {package}::{client}(remote(routes).await);");
        let methods: Vec<_> = kinds(fake).zip(faked.items.iter().filter_map(function)).collect();
        for ((field, kind), method) in &methods {
            let path = format!("{package}::{name}::{method}");
            let call = format!("async |cx, request| {path}(&client, cx, request).await");
            let _ = writeln!(calls, "    {kind}({path:?}, &fake.{field}, {call}).await;");
        }
        for gateway in gateways.into_iter().filter(|gateway| !routes(gateway).is_empty()) {
            let _ = writeln!(calls, "    let routes = {package}::{}(Arc::new(fake.clone()));", gateway.sig.ident);
            calls.push_str("    let gateway = gateway::GatewayRoutes::from(routes).into_router();\n");
            for Route { method, verb, template } in routes(gateway) {
                let ((field, _), _) = methods.iter().find(|(_, name)| *name == method)?;
                let _ = writeln!(calls, "    route(&gateway, &fake.{field}, {verb:?}, {template:?}).await;");
            }
        }
        Some(calls)
    }
}

fn parse(text: &str) -> File {
    syn::parse_file(text).expect("what is printed is Rust")
}

/// The fields of a fake, each with the name of its streaming kind.
fn kinds(fake: &ItemStruct) -> impl Iterator<Item = (&Ident, &'static str)> {
    let fields = match &fake.fields {
        Fields::Named(fields) => fields.named.iter().collect(),
        _ => Vec::new(),
    };
    fields.into_iter().filter_map(|field| Some((field.ident.as_ref()?, kind(field)?)))
}

fn kind(field: &Field) -> Option<&'static str> {
    let Type::Path(path) = &field.ty else { return None };
    let names: Vec<_> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let ["svc", "fake", kind] = *names.iter().map(String::as_str).collect::<Vec<_>>() else { return None };
    match kind {
        "Unary" => Some("unary"),
        "ServerStreaming" => Some("server_streaming"),
        "ClientStreaming" => Some("client_streaming"),
        "BidiStreaming" => Some("bidi_streaming"),
        _ => None,
    }
}

fn function(item: &ImplItem) -> Option<Ident> {
    match item {
        ImplItem::Fn(item) => Some(item.sig.ident.clone()),
        _ => None,
    }
}

fn last(of: &Type) -> Option<Ident> {
    match of {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.clone()),
        _ => None,
    }
}

fn is(of: &Type, name: &Ident) -> bool {
    last(of).as_ref() == Some(name)
}

/// Whether it implements a trait with a function for each field of a fake.
fn has_functions_of(item: &ItemImpl, fake: &ItemStruct) -> bool {
    item.trait_.is_some() && item.attrs.len() == 1 && item.items.len() == kinds(fake).count()
}

fn trait_name(item: &ItemImpl) -> Option<Ident> {
    let (path, _) = item.trait_.as_ref()?;
    path.segments.last().map(|segment| segment.ident.clone())
}

/// Whether a function returns the adapter or gateway of a trait, such as `svc::Adapter<dyn OrderService>`.
fn serves(item: &ItemFn, name: &Ident) -> bool {
    let ReturnType::Type(_, returned) = &item.sig.output else { return false };
    let Type::Path(returned) = &**returned else { return false };
    let Some(PathArguments::AngleBracketed(of)) = returned.path.segments.last().map(|last| &last.arguments) else {
        return false;
    };
    of.args
        .iter()
        .any(|argument| matches!(argument, GenericArgument::Type(Type::TraitObject(of)) if is_trait(of, name)))
}

fn is_trait(object: &TypeTraitObject, name: &Ident) -> bool {
    object.bounds.iter().any(|bound| matches!(bound, TypeParamBound::Trait(bound) if bound.path.is_ident(name)))
}

fn returns(item: &ItemFn, name: &str) -> bool {
    matches!(&item.sig.output, ReturnType::Type(_, of) if last(of).is_some_and(|last| last == name))
}

/// An HTTP route to a method.
struct Route {
    method: Ident,
    verb: String,
    template: String,
}

/// The routes of a gateway, except those of request streams, which need several messages.
fn routes(gateway: &ItemFn) -> Vec<Route> {
    match gateway.block.stmts.last() {
        Some(Stmt::Expr(chain, _)) => routes_of(chain),
        _ => Vec::new(),
    }
}

/// Those of a chain of `.unary(.., svc::route::get("/v1/shelves"), |it, cx, request| it.list(cx, request))`.
fn routes_of(chain: &Expr) -> Vec<Route> {
    let Expr::MethodCall(call) = chain else { return Vec::new() };
    let mut routes = routes_of(&call.receiver);
    let is_one = call.method == "unary" || call.method == "server_streaming";
    if is_one && let [_, route, closure] = &*call.args.iter().collect::<Vec<_>>() {
        let (verb, template) = verb_and_template(route).expect("a route");
        routes.push(Route { method: called(closure).expect("a call"), verb, template });
    }
    routes
}

fn verb_and_template(route: &Expr) -> Option<(String, String)> {
    match route {
        Expr::MethodCall(call) => verb_and_template(&call.receiver),
        Expr::Call(call) => {
            let mut texts: Vec<_> = call.args.iter().filter_map(text).collect();
            let template = texts.pop()?;
            Some((texts.pop().or_else(|| verb(&call.func))?, template))
        }
        _ => None,
    }
}

fn verb(function: &Expr) -> Option<String> {
    let Expr::Path(path) = function else { return None };
    path.path.segments.last().map(|segment| segment.ident.to_string().to_uppercase())
}

fn text(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// The method that a closure calls.
fn called(closure: &Expr) -> Option<Ident> {
    match closure {
        Expr::Closure(closure) => called(&closure.body),
        Expr::Block(block) => block.block.stmts.iter().find_map(|statement| match statement {
            Stmt::Expr(expression, _) => called(expression),
            _ => None,
        }),
        Expr::MethodCall(call) => Some(call.method.clone()),
        _ => None,
    }
}
