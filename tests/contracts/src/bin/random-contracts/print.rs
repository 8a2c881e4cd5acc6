//! A contract as text.

mod comments;
mod refer;

use std::fmt::Write as _;

use fastrand::Rng;

use crate::{
    contract::{Contract, Enum, Extend, Field, File, Kind, Message, Place, Rpc, Service, Syntax, within},
    draw::custom,
};

/// The files of a contract, by their paths.
pub(crate) fn print(contract: &Contract, seed: u64) -> Vec<(String, String)> {
    let mut print =
        Print { contract, rng: Rng::with_seed(seed), names: refer::names(contract), text: String::new(), depth: 0 };
    let files = contract.files.iter().enumerate();
    let mut files: Vec<_> = files.map(|(index, file)| (file.path.clone(), print.file(index, file))).collect();
    if contract.files.iter().any(|file| file.known.contains(&custom::PATH)) {
        files.push((custom::PATH.to_owned(), custom::declared()));
    }
    files
}

struct Print<'a> {
    contract: &'a Contract,
    rng: Rng,
    /// The full name of each element that a reference could resolve to.
    names: refer::Names,
    text: String,
    depth: usize,
}

impl Print<'_> {
    fn file(&mut self, index: usize, file: &File) -> String {
        self.text.clear();
        if index == 0 {
            self.contract.header.iter().for_each(|line| self.line(line));
        }
        self.comment();
        self.line(syntax(file.syntax));
        if !file.package.is_empty() {
            self.comment();
            self.line(&format!("package {};", file.package));
        }
        self.imports(file);
        file.options.iter().for_each(|option| self.line(&format!("option {option};")));
        self.types(index, Place::File(index));
        self.extends(index, &file.package, &file.extends);
        file.services.iter().for_each(|service| self.service(&file.package, service));
        std::mem::take(&mut self.text)
    }

    fn imports(&mut self, file: &File) {
        for import in &file.imports {
            let public = if import.is_public { "public " } else { "" };
            self.line(&format!("import {public}\"{}\";", self.contract.files[import.file].path));
        }
        file.known.iter().for_each(|path| self.line(&format!("import \"{path}\";")));
    }

    /// Prints the types of a place.
    fn types(&mut self, file: usize, place: Place) {
        let contract = self.contract;
        for (index, message) in contract.messages.iter().enumerate() {
            if message.place == place && !message.is_group {
                self.comment();
                self.open(&format!("{}message {}", message.visibility, message.name));
                self.message(file, index, message);
            }
        }
        contract.enums.iter().filter(|item| item.place == place).for_each(|item| self.enumeration(item));
    }

    /// Prints the contents of a message, and its closing brace.
    fn message(&mut self, file: usize, index: usize, message: &Message) {
        message.statements.iter().for_each(|statement| self.line(statement));
        let types_first = self.rng.bool();
        if types_first {
            self.types(file, Place::Message(index));
        }
        self.fields(file, message);
        if !types_first {
            self.types(file, Place::Message(index));
        }
        self.extends(file, &message.full, &message.extends);
        self.close();
    }

    fn fields(&mut self, file: usize, message: &Message) {
        let plain = message.fields.iter().filter(|field| field.oneof.is_none());
        plain.for_each(|field| self.field(file, &message.full, field));
        for (index, name) in message.oneofs.iter().enumerate() {
            let mut members = message.fields.iter().filter(|field| field.oneof == Some(index)).peekable();
            if members.peek().is_some() {
                self.comment();
                self.open(&format!("oneof {name}"));
                members.for_each(|field| self.field(file, &message.full, field));
                self.close();
            }
        }
    }

    fn field(&mut self, file: usize, scope: &str, field: &Field) {
        self.comment();
        let options = if field.options.is_empty() { String::new() } else { format!(" [{}]", field.options.join(", ")) };
        if let Kind::Group(group) = field.kind {
            let contract = self.contract;
            let message = &contract.messages[group];
            self.open(&format!("{}group {} = {}{options}", field.label, message.name, field.number));
            return self.message(file, group, message);
        }
        let name = self.kind(scope, &field.kind);
        let trailing = self.trailing();
        self.line(&format!("{}{name} {} = {}{options};{trailing}", field.label, field.name, field.number));
    }

    /// The type of a field as source text within a scope.
    fn kind(&mut self, scope: &str, kind: &Kind) -> String {
        match kind {
            Kind::Scalar(name) => (*name).to_owned(),
            Kind::Message(index) | Kind::Group(index) => self.refer(scope, &self.contract.messages[*index].full),
            Kind::Enum(index) => self.refer(scope, &self.contract.enums[*index].full),
            Kind::Known(name) => self.refer(scope, &format!("google.protobuf.{name}")),
            Kind::Map(key, value) => format!("map<{key}, {}>", self.kind(scope, value)),
        }
    }

    fn extends(&mut self, file: usize, scope: &str, extends: &[Extend]) {
        for extend in extends {
            self.comment();
            let name = self.refer(scope, &self.contract.messages[extend.message].full);
            self.open(&format!("extend {name}"));
            extend.fields.iter().for_each(|field| self.field(file, scope, field));
            self.close();
        }
    }

    fn enumeration(&mut self, item: &Enum) {
        self.comment();
        self.open(&format!("{}enum {}", item.visibility, item.name));
        item.statements.iter().for_each(|statement| self.line(statement));
        for value in &item.values {
            self.comment();
            let options =
                if value.options.is_empty() { String::new() } else { format!(" [{}]", value.options.join(", ")) };
            let trailing = self.trailing();
            self.line(&format!("{} = {}{options};{trailing}", value.name, value.number));
        }
        self.close();
    }

    fn service(&mut self, scope: &str, service: &Service) {
        self.comment();
        self.open(&format!("service {}", service.name));
        service.options.iter().for_each(|option| self.line(&format!("option {option};")));
        let scope = within(scope, &service.name);
        service.rpcs.iter().for_each(|rpc| self.rpc(&scope, rpc));
        self.close();
    }

    fn rpc(&mut self, scope: &str, rpc: &Rpc) {
        self.comment();
        let stream = |is_stream: bool| if is_stream { "stream " } else { "" };
        let (request, response) = (self.kind(scope, &rpc.request), self.kind(scope, &rpc.response));
        let (takes, gives) = (stream(rpc.takes_stream), stream(rpc.gives_stream));
        let head = format!("rpc {}({takes}{request}) returns ({gives}{response})", rpc.name);
        if rpc.options.is_empty() {
            return self.line(&format!("{head};"));
        }
        self.open(&head);
        rpc.options.iter().for_each(|option| self.line(&format!("option {option};")));
        self.close();
    }

    fn open(&mut self, head: &str) {
        let trailing = self.trailing();
        self.line(&format!("{head} {{{trailing}"));
        self.depth += 1;
    }

    fn close(&mut self) {
        self.depth -= 1;
        self.line("}");
    }

    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{:1$}{line}", "", self.depth * 2);
    }
}

fn syntax(syntax: Syntax) -> &'static str {
    match syntax {
        Syntax::Proto2 => "syntax = \"proto2\";",
        Syntax::Proto3 => "syntax = \"proto3\";",
        Syntax::Edition2023 => "edition = \"2023\";",
        Syntax::Edition2024 => "edition = \"2024\";",
    }
}
