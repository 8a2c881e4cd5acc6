//! Descriptors for prost-build, with the names that the model has for their elements.
//!
//! The messages of package `a.b` become the package `a.b.pb`: a module of its own, which no package that lies in `a.b`
//! can clash with. Names are changed only where prost-build would make one name of two.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message as _;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
    field_descriptor_proto::{Label, Type},
};

use super::{
    packages::{Packages, WELL_KNOWN},
    types::{self, Types, full_name},
};
use crate::{
    diagnostics::Diagnostics,
    model::{Cardinality, Enum, Field, Member, Message, Model, Oneof, Origin, Scalar, Value, WellKnown},
    names::{Ident, is_nameless},
    read::{self, Canonical, File, Input, descriptor::FileDescriptorSet, without_options},
};

/// A file for prost-build.
#[derive(Debug)]
pub struct WireFile {
    /// The package of the `.proto`.
    pub package: String,
    /// The module of its messages, or where it was generated; `None` for files of the runtime.
    pub origin: Origin,
    /// Whether the messages are to be generated.
    pub is_generated: bool,
    /// The renamed descriptor.
    pub descriptor: FileDescriptorProto,
}

/// Every file that is generated or referred to, renamed.
pub(super) fn files(
    input: &Input,
    packages: &Packages,
    types: &Types,
    model: &Model,
    diagnostics: &mut Diagnostics,
) -> Vec<WireFile> {
    let rename = Rename { packages, types, model, renamed: renamed_types(input, packages, types, model) };
    let referred = packages.referred(input);
    let wanted = input.files.iter().filter(|file| referred.contains(&file.descriptor.name));
    let files = wanted.filter_map(|file| {
        let descriptor = decoded(file, diagnostics)?;
        let package = file.descriptor.package.clone();
        let is_generated = packages.is_generated(&file.descriptor.name);
        Some(WireFile { origin: packages.origin(&package), descriptor: rename.file(descriptor), package, is_generated })
    });
    files.collect()
}

/// A file as prost-build reads it, without options of other languages.
fn decoded(file: &File, diagnostics: &mut Diagnostics) -> Option<FileDescriptorProto> {
    let bytes = without_options(&file.bytes).unwrap_or_default();
    let decoded = FileDescriptorProto::decode(&*bytes);
    let told = decoded.map_err(|error| {
        let message = format!("the file is not a FileDescriptorProto: {error}");
        diagnostics.error("E0003", &file.source.position(&[]), message);
    });
    told.ok()
}

/// Finds fields for prost-build, by the names that they have for it.
pub(super) struct Paths<'a> {
    pub(super) input: &'a Input,
    pub(super) packages: &'a Packages,
    pub(super) types: &'a Types,
    pub(super) model: &'a Model,
}

impl Paths<'_> {
    /// The fields that are `Bytes`.
    pub(super) fn shared_bytes(&self) -> Vec<String> {
        self.of(
            |field| field.value == Value::Scalar(Scalar::SharedBytes),
            |message, field| match field.cardinality {
                // Of a map the values are looked up.
                Cardinality::Map(_) => "value".to_owned(),
                _ => field_name(message, field),
            },
        )
    }

    /// The fields that are in a box: prost-build finds no cycles that lead through groups.
    pub(super) fn boxed(&self) -> Vec<String> {
        self.of(
            |field| field.boxed,
            |message, field| {
                let holder =
                    message.oneofs().find(|oneof| oneof.fields.iter().any(|member| member.number == field.number));
                let holder = holder.map(|oneof| format!("{}.", new_oneof_name(oneof).unwrap_or(&oneof.name)));
                holder.unwrap_or_default() + &field_name(message, field)
            },
        )
    }

    fn of(&self, is_wanted: impl Fn(&Field) -> bool, path: impl Fn(&Message, &Field) -> String) -> Vec<String> {
        let has_any = |message: &&Message| message.fields().any(&is_wanted);
        let messages: Vec<_> = self.model.messages.values().filter(has_any).collect();
        if messages.is_empty() {
            return Vec::new();
        }
        let renamed = renamed_types(self.input, self.packages, self.types, self.model);
        let paths = messages.into_iter().filter_map(|message| {
            let name = renamed.get(&format!(".{}", message.name))?;
            let fields = message.fields().filter(|field| is_wanted(field));
            Some(fields.map(|field| format!("{name}.{}", path(message, field))).collect::<Vec<_>>())
        });
        paths.flatten().collect()
    }
}

fn field_name(message: &Message, field: &Field) -> String {
    wire_name(message, field.number).unwrap_or_else(|| field.name.clone())
}

/// The descriptors of what is generated and of what it imports, each file once, without comments and places, which a
/// running server has no use for.
pub(super) fn descriptor_set(input: &Input, generated: &BTreeSet<String>) -> Vec<u8> {
    let mut wanted: Vec<&str> = generated.iter().map(String::as_str).collect();
    let mut index = 0;
    while let Some(name) = wanted.get(index).copied() {
        index += 1;
        let file = input.files.iter().find(|file| file.descriptor.name == name);
        for import in file.iter().flat_map(|file| &file.descriptor.dependency) {
            if !wanted.contains(&import.as_str()) {
                wanted.push(import);
            }
        }
    }
    let mut files: Vec<_> = input.files.iter().filter(|file| wanted.contains(&file.descriptor.name.as_str())).collect();
    files.sort_by(|one, other| one.descriptor.name.cmp(&other.descriptor.name));
    let canonical = Canonical::new(input);
    let file = files.into_iter().map(|file| canonical.file(&file.descriptor.name, &file.bytes));
    FileDescriptorSet { file: file.collect() }.encode_to_vec()
}

/// The names of all types as they are after renaming, by their names with a dot in front.
fn renamed_types(input: &Input, packages: &Packages, types: &Types, model: &Model) -> BTreeMap<String, String> {
    let mut renamed = BTreeMap::new();
    for file in input.files.iter().filter(|file| file.descriptor.package != WELL_KNOWN) {
        let package = &file.descriptor.package;
        let prefix = leaf(package, packages);
        let full = |name: &String| full_name(package, name);
        let mut todo: Vec<(String, String)> =
            file.descriptor.message_type.iter().map(|message| (full(&message.name), prefix.clone())).collect();
        let enums = file.descriptor.enum_type.iter().map(|item| (full(&item.name), prefix.clone()));
        let mut enums: Vec<(String, String)> = enums.collect();
        while let Some((name, outer)) = todo.pop() {
            let new = format!("{outer}.{}", proto_name(&name, types));
            let Some(message) = model.message(&name) else { continue };
            todo.extend(message.messages.iter().map(|nested| (nested.clone(), new.clone())));
            enums.extend(message.enums.iter().map(|item| (item.clone(), new.clone())));
            renamed.insert(format!(".{name}"), format!(".{new}"));
        }
        for (name, outer) in enums {
            renamed.insert(format!(".{name}"), format!(".{outer}.{}", proto_name(&name, types)));
        }
    }
    renamed
}

/// The package of messages, from the names of modules.
pub(crate) fn leaf(package: &str, packages: &Packages) -> String {
    let pb = packages.pb(package);
    let segments = packages.module(package).iter().chain([&pb]).map(Ident::plain);
    segments.collect::<Vec<_>>().join(".")
}

fn proto_name(name: &str, types: &Types) -> String {
    types::proto_name(name, types.name(name))
}

struct Rename<'a> {
    packages: &'a Packages,
    types: &'a Types,
    model: &'a Model,
    renamed: BTreeMap<String, String>,
}

impl Rename<'_> {
    fn file(&self, mut file: FileDescriptorProto) -> FileDescriptorProto {
        let package = file.package().to_owned();
        // prost-build knows no editions. What they say is said in the words of proto3 below.
        let is_edition = file.syntax.as_deref() == Some("editions");
        if is_edition {
            file.syntax = Some("proto3".to_owned());
        }
        // prost-build knows no syntax without a name: what says nothing is of proto2.
        if file.syntax() == "" {
            file.syntax = None;
        }
        if package == WELL_KNOWN {
            add_shared(&mut file);
            return file;
        }
        // Services are printed by templates.
        file.service.clear();
        file.extension.clear();
        file.package = Some(leaf(&package, self.packages));
        for message in &mut file.message_type {
            self.message(&package, message, is_edition);
        }
        file.enum_type.iter_mut().for_each(|item| self.enumeration(&package, item));
        file
    }

    fn message(&self, outer: &str, message: &mut DescriptorProto, is_edition: bool) {
        let name = full_name(outer, message.name());
        let is_entry = message.options.as_ref().is_some_and(|options| options.map_entry());
        message.extension.clear();
        self.share_in_maps(&name, message);
        for field in &mut message.field {
            self.field(&name, field, is_edition && !is_entry);
        }
        for oneof in &mut message.oneof_decl {
            self.oneof(&name, oneof);
        }
        for nested in &mut message.nested_type {
            self.message(&name, nested, is_edition);
        }
        message.enum_type.iter_mut().for_each(|item| self.enumeration(&name, item));
        if !is_entry {
            message.name = Some(proto_name(&name, self.types));
        }
    }

    fn field(&self, message: &str, field: &mut FieldDescriptorProto, is_edition: bool) {
        let enumeration = field.type_name.clone().unwrap_or_default();
        if let Some(renamed) = field.type_name.as_ref().and_then(|name| self.renamed.get(name)) {
            field.type_name = Some(renamed.clone());
        } else if let Some(entry) = field.type_name.as_ref().and_then(|name| self.entry(message, name)) {
            field.type_name = Some(entry);
        }
        if let Some(default) = &field.default_value
            && let Some(item) = self.model.enumeration(enumeration.trim_start_matches('.'))
        {
            field.default_value = default_name(item, default);
        }
        if let Some(text) = default_of_float(field).or_else(|| default_of_bytes(field)) {
            field.default_value = Some(text);
        }
        let known = self.model.message(message);
        if let Some(wire) = known.and_then(|message| wire_name(message, field.number())) {
            field.name = Some(wire);
        }
        let lowered = known.and_then(|message| message.fields().find(|lowered| lowered.number == field.number()));
        if let Some(lowered) = lowered {
            if is_shared(lowered) && !matches!(lowered.cardinality, Cardinality::Map(_)) {
                field.type_name = Some(shared_bytes());
            }
            // With any other option, prost-build takes "nothing said" for "not packed".
            field.options.get_or_insert_default().packed = Some(lowered.is_packed);
            if is_edition {
                say_in_proto3(field, lowered);
            }
        }
    }

    /// Of a map with such values, the entry holds them.
    fn share_in_maps(&self, name: &str, message: &mut DescriptorProto) {
        let Some(known) = self.model.message(name) else { return };
        let shared =
            known.fields().filter(|field| is_shared(field) && matches!(field.cardinality, Cardinality::Map(_)));
        let numbers: Vec<_> = shared.map(|field| field.number).collect();
        let fields = message.field.iter().filter(|field| numbers.contains(&field.number()));
        let entries: Vec<_> = fields.map(|field| field.type_name().to_owned()).collect();
        for entry in &mut message.nested_type {
            if entries.contains(&format!(".{name}.{}", entry.name())) {
                entry
                    .field
                    .iter_mut()
                    .filter(|field| field.number() == 2)
                    .for_each(|value| value.type_name = Some(shared_bytes()));
            }
        }
    }

    /// A map entry keeps its name and moves with its message.
    fn entry(&self, message: &str, name: &str) -> Option<String> {
        let own = name.strip_prefix(&format!(".{message}."))?;
        let outer = self.renamed.get(&format!(".{message}"))?;
        Some(format!("{outer}.{own}"))
    }

    fn oneof(&self, message: &str, oneof: &mut prost_types::OneofDescriptorProto) {
        let known = self.model.message(message);
        let lowered = known.and_then(|message| message.oneofs().find(|lowered| lowered.name == oneof.name()));
        if let Some(name) = lowered.and_then(new_oneof_name) {
            oneof.name = Some(name.to_owned());
        }
    }

    fn enumeration(&self, outer: &str, item: &mut EnumDescriptorProto) {
        let Some(known) = self.model.enumeration(&full_name(outer, item.name())) else { return };
        item.name = Some(proto_name(&known.name, self.types));
        for (value, of_known) in item.value.iter_mut().zip(&known.values) {
            value.name = Some(of_known.wire_name.clone());
        }
    }
}

/// A default of a float, in the one form that it has whichever compiler it comes from.
fn default_of_float(field: &FieldDescriptorProto) -> Option<String> {
    let kind = read::descriptor::Type::try_from(field.r#type?).ok()?;
    read::float_text(kind, field.default_value.as_deref()?)
}

/// A default of bytes with escapes that prost-build knows, too.
fn default_of_bytes(field: &FieldDescriptorProto) -> Option<String> {
    let text = field.default_value.as_deref().filter(|_| field.r#type() == Type::Bytes)?;
    read::unescape(text).map(|bytes| read::escape(&bytes))
}

/// `google.protobuf.BytesValue` under another name, so that it has another type, too.
fn shared_bytes() -> String {
    format!(".{WELL_KNOWN}.{}", WellKnown::SHARED_BYTES)
}

fn is_shared(field: &Field) -> bool {
    field.value == Value::WellKnown(WellKnown::Wrapper(Scalar::SharedBytes))
}

fn add_shared(file: &mut FileDescriptorProto) {
    let own = file.message_type.iter().find(|message| message.name() == "BytesValue").cloned();
    file.message_type.extend(own.map(|own| DescriptorProto { name: Some(WellKnown::SHARED_BYTES.to_owned()), ..own }));
}

/// The name of a default: of an alias, the value that it stands for, because prost-build has no other.
fn default_name(item: &Enum, default: &str) -> Option<String> {
    let number = item.values.iter().find(|value| value.name == default)?.number;
    item.values.iter().find(|value| value.number == number).map(|value| value.wire_name.clone())
}

/// Says of a field what its edition says: how it travels, and whether it tells that it is there.
fn say_in_proto3(field: &mut FieldDescriptorProto, lowered: &Field) {
    if lowered.is_group {
        field.set_type(Type::Group);
    }
    if field.oneof_index.is_some() {
        return;
    }
    let is_message = field.r#type() == Type::Message;
    match lowered.cardinality {
        Cardinality::Required => field.set_label(Label::Required),
        // A group needs it too: prost-build takes only messages for optional by themselves.
        Cardinality::Optional if !is_message => field.proto3_optional = Some(true),
        _ => (),
    }
}

/// The new name of a oneof, if it needs one.
fn new_oneof_name(oneof: &Oneof) -> Option<&str> {
    let is_renamed = is_nameless(&oneof.name) || oneof.wire_ident != Ident::snake(&oneof.name);
    is_renamed.then(|| oneof.wire_ident.plain())
}

/// The new name of a field, if it needs one.
fn wire_name(message: &Message, number: i32) -> Option<String> {
    let is_renamed = |field: &Field, own: Ident| is_nameless(&field.name) || field.wire_ident != own;
    message.members.iter().find_map(|member| match member {
        Member::Field(field) if field.number == number => {
            is_renamed(field, Ident::snake(&field.name)).then(|| field.wire_ident.plain().to_owned())
        }
        Member::Oneof(oneof) => {
            let field = oneof.fields.iter().find(|field| field.number == number)?;
            is_renamed(field, Ident::camel(&field.name)).then(|| field.wire_ident.spelled())
        }
        Member::Field(_) => None,
    })
}
