//! A package in the form of generated code: the messages of `pb.rs`, then `json.rs`.
#![allow(unreachable_pub, unused_qualifications, reason = "generated modules are public, whoever holds them")]

pub mod pb {
    use std::collections::HashMap;

    use rust_svc::wkt;

    #[derive(Clone, PartialEq, rust_svc::prost::Message)]
    pub struct Everything {
        #[prost(int32, tag = "1")]
        pub small: i32,
        #[prost(int64, tag = "2")]
        pub wide: i64,
        #[prost(uint32, tag = "3")]
        pub small_unsigned: u32,
        #[prost(uint64, tag = "4")]
        pub wide_unsigned: u64,
        #[prost(sint32, tag = "5")]
        pub zigzag: i32,
        #[prost(fixed64, tag = "6")]
        pub fixed: u64,
        #[prost(float, tag = "7")]
        pub single: f32,
        #[prost(double, tag = "8")]
        pub double: f64,
        #[prost(bool, tag = "9")]
        pub flag: bool,
        #[prost(string, tag = "10")]
        pub text: String,
        #[prost(bytes = "vec", tag = "11")]
        pub data: Vec<u8>,
        #[prost(enumeration = "Color", tag = "12")]
        pub color: i32,
        #[prost(int32, optional, tag = "13")]
        pub maybe_small: Option<i32>,
        #[prost(string, optional, tag = "14")]
        pub maybe_text: Option<String>,
        #[prost(enumeration = "Color", optional, tag = "15")]
        pub maybe_color: Option<i32>,
        #[prost(message, optional, tag = "16")]
        pub part: Option<Part>,
        #[prost(message, optional, boxed, tag = "17")]
        pub parent: Option<Box<Everything>>,
        #[prost(int64, repeated, tag = "18")]
        pub numbers: Vec<i64>,
        #[prost(string, repeated, tag = "19")]
        pub texts: Vec<String>,
        #[prost(bytes = "vec", repeated, tag = "20")]
        pub chunks: Vec<Vec<u8>>,
        #[prost(enumeration = "Color", repeated, tag = "21")]
        pub colors: Vec<i32>,
        #[prost(message, repeated, tag = "22")]
        pub parts: Vec<Part>,
        #[prost(map = "string, string", tag = "23")]
        pub labels: HashMap<String, String>,
        #[prost(map = "int32, message", tag = "24")]
        pub parts_by_number: HashMap<i32, Part>,
        #[prost(map = "bool, enumeration(Color)", tag = "25")]
        pub colors_by_flag: HashMap<bool, i32>,
        #[prost(map = "uint64, double", tag = "26")]
        pub weights: HashMap<u64, f64>,
        #[prost(message, optional, tag = "27")]
        pub time: Option<wkt::Timestamp>,
        #[prost(message, optional, tag = "28")]
        pub span: Option<wkt::Duration>,
        #[prost(message, optional, tag = "29")]
        pub mask: Option<wkt::FieldMask>,
        #[prost(message, optional, tag = "30")]
        pub object: Option<wkt::Struct>,
        #[prost(message, optional, tag = "31")]
        pub value: Option<wkt::Value>,
        #[prost(message, optional, tag = "32")]
        pub list: Option<wkt::ListValue>,
        #[prost(message, optional, tag = "33")]
        pub any: Option<wkt::Any>,
        #[prost(message, optional, tag = "34")]
        pub empty: Option<()>,
        #[prost(message, optional, tag = "35")]
        pub wrapped_wide: Option<i64>,
        #[prost(message, optional, tag = "36")]
        pub wrapped_data: Option<Vec<u8>>,
        #[prost(enumeration = "wkt::NullValue", tag = "37")]
        pub nothing: i32,
        #[prost(message, repeated, tag = "38")]
        pub times: Vec<wkt::Timestamp>,
        #[prost(message, repeated, tag = "39")]
        pub values: Vec<wkt::Value>,
        #[prost(map = "string, message", tag = "40")]
        pub values_by_name: HashMap<String, wkt::Value>,
        #[prost(oneof = "everything::Choice", tags = "41, 42, 43, 44, 45, 46")]
        pub choice: Option<everything::Choice>,
    }

    pub mod everything {
        #[derive(Clone, PartialEq, rust_svc::prost::Oneof)]
        pub enum Choice {
            #[prost(int32, tag = "41")]
            Number(i32),
            #[prost(message, tag = "42")]
            Piece(super::Part),
            #[prost(message, tag = "43")]
            Deep(Box<super::Everything>),
            #[prost(enumeration = "super::Color", tag = "44")]
            Paint(i32),
            #[prost(message, tag = "45")]
            Since(super::wkt::Timestamp),
            #[prost(enumeration = "super::wkt::NullValue", tag = "46")]
            Nil(i32),
        }
    }

    #[derive(Clone, PartialEq, rust_svc::prost::Message)]
    pub struct Part {
        #[prost(string, tag = "1")]
        pub part_id: String,
        #[prost(int32, tag = "2")]
        pub quantity: i32,
        #[prost(message, optional, tag = "3")]
        pub updated: Option<rust_svc::wkt::Timestamp>,
    }

    /// As proto2 has it.
    #[derive(Clone, PartialEq, rust_svc::prost::Message)]
    pub struct Legacy {
        #[prost(string, required, tag = "1")]
        pub name: String,
        #[prost(enumeration = "Color", required, tag = "2")]
        pub color: i32,
        #[prost(message, required, tag = "3")]
        pub part: Part,
        #[prost(message, required, tag = "4")]
        pub time: rust_svc::wkt::Timestamp,
        #[prost(int32, optional, tag = "5")]
        pub count: Option<i32>,
        #[prost(group, optional, tag = "6")]
        pub extra: Option<legacy::Extra>,
    }

    pub mod legacy {
        #[derive(Clone, PartialEq, rust_svc::prost::Message)]
        pub struct Extra {
            #[prost(int32, tag = "7")]
            pub depth: i32,
        }
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, rust_svc::prost::Enumeration)]
    #[repr(i32)]
    pub enum Color {
        Unspecified = 0,
        Red = 1,
        Green = 2,
    }
}

pub mod json {
    use rust_svc as svc;

    use super::pb;

    /// The messages of this package, for those that pack them in a `google.protobuf.Any`.
    pub const TYPES: &[svc::json::PackedType] = &[
        svc::json::PackedType::of::<pb::Everything>(),
        svc::json::PackedType::of::<pb::Part>(),
        svc::json::PackedType::of::<pb::Legacy>(),
        svc::json::PackedType::of::<pb::legacy::Extra>(),
    ];

    impl svc::json::JsonMessage for pb::Everything {
        const NAME: &'static str = "shop.v1.Everything";

        fn write(&self, out: &mut svc::json::Writer) {
            out.field("small", "small", &self.small);
            out.field("wide", "wide", &self.wide);
            out.field("small_unsigned", "smallUnsigned", &self.small_unsigned);
            out.field("wide_unsigned", "wideUnsigned", &self.wide_unsigned);
            out.field("zigzag", "zigzag", &self.zigzag);
            out.field("fixed", "fixed", &self.fixed);
            out.field("single", "single", &self.single);
            out.field("double", "double", &self.double);
            out.field("flag", "flag", &self.flag);
            out.field("text", "text", &self.text);
            out.field("data", "data", &self.data);
            out.enumeration::<pb::Color>("color", "color", &self.color);
            out.field("maybe_small", "maybeSmall", &self.maybe_small);
            out.field("maybe_text", "maybeText", &self.maybe_text);
            out.enumeration::<pb::Color>("maybe_color", "maybeColor", &self.maybe_color);
            out.field("part", "part", &self.part);
            out.field("parent", "parent", &self.parent);
            out.field("numbers", "numbers", &self.numbers);
            out.field("texts", "texts", &self.texts);
            out.field("chunks", "chunks", &self.chunks);
            out.enumeration::<pb::Color>("colors", "colors", &self.colors);
            out.field("parts", "parts", &self.parts);
            out.field("labels", "labels", &self.labels);
            out.field("parts_by_number", "partsByNumber", &self.parts_by_number);
            out.enumeration::<pb::Color>("colors_by_flag", "colorsByFlag", &self.colors_by_flag);
            out.field("weights", "weights", &self.weights);
            out.field("time", "time", &self.time);
            out.field("span", "span", &self.span);
            out.field("mask", "mask", &self.mask);
            out.field("object", "object", &self.object);
            out.field("value", "value", &self.value);
            out.field("list", "list", &self.list);
            out.field("any", "any", &self.any);
            out.field("empty", "empty", &self.empty);
            out.field("wrapped_wide", "wrappedWide", &self.wrapped_wide);
            out.field("wrapped_data", "wrappedData", &self.wrapped_data);
            out.null("nothing", "nothing", &self.nothing);
            out.field("times", "times", &self.times);
            out.field("values", "values", &self.values);
            out.field("values_by_name", "valuesByName", &self.values_by_name);
            match &self.choice {
                Some(pb::everything::Choice::Number(it)) => out.member("number", "number", it),
                Some(pb::everything::Choice::Piece(it)) => out.member("piece", "piece", it),
                Some(pb::everything::Choice::Deep(it)) => out.member("deep", "deep", it),
                Some(pb::everything::Choice::Paint(it)) => out.enumeration_member::<pb::Color>("paint", "paint", it),
                Some(pb::everything::Choice::Since(it)) => out.member("since", "since", it),
                Some(pb::everything::Choice::Nil(it)) => out.null_member("nil", "nil", it),
                None => (),
            }
        }

        fn read(&mut self, name: &str, field: svc::json::FieldReader<'_, '_>) -> svc::json::JsonResult {
            match name {
                "small" => field.read("small", &mut self.small),
                "wide" => field.read("wide", &mut self.wide),
                "small_unsigned" | "smallUnsigned" => field.read("small_unsigned", &mut self.small_unsigned),
                "wide_unsigned" | "wideUnsigned" => field.read("wide_unsigned", &mut self.wide_unsigned),
                "zigzag" => field.read("zigzag", &mut self.zigzag),
                "fixed" => field.read("fixed", &mut self.fixed),
                "single" => field.read("single", &mut self.single),
                "double" => field.read("double", &mut self.double),
                "flag" => field.read("flag", &mut self.flag),
                "text" => field.read("text", &mut self.text),
                "data" => field.read("data", &mut self.data),
                "color" => field.enumeration::<pb::Color>("color", &mut self.color),
                "maybe_small" | "maybeSmall" => field.read("maybe_small", &mut self.maybe_small),
                "maybe_text" | "maybeText" => field.read("maybe_text", &mut self.maybe_text),
                "maybe_color" | "maybeColor" => field.enumeration::<pb::Color>("maybe_color", &mut self.maybe_color),
                "part" => field.read("part", &mut self.part),
                "parent" => field.read("parent", &mut self.parent),
                "numbers" => field.read("numbers", &mut self.numbers),
                "texts" => field.read("texts", &mut self.texts),
                "chunks" => field.read("chunks", &mut self.chunks),
                "colors" => field.enumeration::<pb::Color>("colors", &mut self.colors),
                "parts" => field.read("parts", &mut self.parts),
                "labels" => field.read("labels", &mut self.labels),
                "parts_by_number" | "partsByNumber" => field.read("parts_by_number", &mut self.parts_by_number),
                "colors_by_flag" | "colorsByFlag" => {
                    field.enumeration::<pb::Color>("colors_by_flag", &mut self.colors_by_flag)
                }
                "weights" => field.read("weights", &mut self.weights),
                "time" => field.read("time", &mut self.time),
                "span" => field.read("span", &mut self.span),
                "mask" => field.read("mask", &mut self.mask),
                "object" => field.read("object", &mut self.object),
                "value" => field.read("value", &mut self.value),
                "list" => field.read("list", &mut self.list),
                "any" => field.read("any", &mut self.any),
                "empty" => field.read("empty", &mut self.empty),
                "wrapped_wide" | "wrappedWide" => field.read("wrapped_wide", &mut self.wrapped_wide),
                "wrapped_data" | "wrappedData" => field.read("wrapped_data", &mut self.wrapped_data),
                "nothing" => field.null("nothing", &mut self.nothing),
                "times" => field.read("times", &mut self.times),
                "values" => field.read("values", &mut self.values),
                "values_by_name" | "valuesByName" => field.read("values_by_name", &mut self.values_by_name),
                "number" => field.member("number", &mut self.choice, pb::everything::Choice::Number),
                "piece" => field.member("piece", &mut self.choice, pb::everything::Choice::Piece),
                "deep" => field.member("deep", &mut self.choice, pb::everything::Choice::Deep),
                "paint" => {
                    field.enumeration_member::<pb::Color, _>("paint", &mut self.choice, pb::everything::Choice::Paint)
                }
                "since" => field.member("since", &mut self.choice, pb::everything::Choice::Since),
                "nil" => field.null_member("nil", &mut self.choice, pb::everything::Choice::Nil),
                _ => field.unknown(name),
            }
        }
    }

    impl svc::json::JsonMessage for pb::Part {
        const NAME: &'static str = "shop.v1.Part";

        fn write(&self, out: &mut svc::json::Writer) {
            out.field("part_id", "partId", &self.part_id);
            out.field("quantity", "quantity", &self.quantity);
            out.field("updated", "updated", &self.updated);
        }

        fn read(&mut self, name: &str, field: svc::json::FieldReader<'_, '_>) -> svc::json::JsonResult {
            match name {
                "part_id" | "partId" => field.read("part_id", &mut self.part_id),
                "quantity" => field.read("quantity", &mut self.quantity),
                "updated" => field.read("updated", &mut self.updated),
                _ => field.unknown(name),
            }
        }
    }

    impl svc::json::JsonMessage for pb::Legacy {
        const NAME: &'static str = "shop.v1.Legacy";

        fn write(&self, out: &mut svc::json::Writer) {
            out.member("name", "name", &self.name);
            out.enumeration_member::<pb::Color>("color", "color", &self.color);
            out.member("part", "part", &self.part);
            out.member("time", "time", &self.time);
            out.field("count", "count", &self.count);
            out.field("extra", "extra", &self.extra);
        }

        fn read(&mut self, name: &str, field: svc::json::FieldReader<'_, '_>) -> svc::json::JsonResult {
            match name {
                "name" => field.read("name", &mut self.name),
                "color" => field.enumeration::<pb::Color>("color", &mut self.color),
                "part" => field.read("part", &mut self.part),
                "time" => field.read("time", &mut self.time),
                "count" => field.read("count", &mut self.count),
                "extra" => field.read("extra", &mut self.extra),
                _ => field.unknown(name),
            }
        }
    }

    impl svc::json::JsonMessage for pb::legacy::Extra {
        const NAME: &'static str = "shop.v1.Legacy.Extra";

        fn write(&self, out: &mut svc::json::Writer) {
            out.field("depth", "depth", &self.depth);
        }

        fn read(&mut self, name: &str, field: svc::json::FieldReader<'_, '_>) -> svc::json::JsonResult {
            match name {
                "depth" => field.read("depth", &mut self.depth),
                _ => field.unknown(name),
            }
        }
    }

    impl svc::json::JsonEnum for pb::Color {
        const VALUES: &'static [(&'static str, i32)] =
            &[("COLOR_UNSPECIFIED", 0), ("COLOR_RED", 1), ("COLOR_CRIMSON", 1), ("COLOR_GREEN", 2)];
    }
}
