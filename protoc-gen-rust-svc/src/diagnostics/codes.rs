//! The codes of diagnostics, and what each means at length.

/// A code, what it is about in a line, and how to put it right.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// Such as `E0202`; `W` is a warning.
    pub name: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// What is wrong, with an example, and what to do.
    pub explanation: &'static str,
}

/// The code of a name, in capitals or not.
pub fn find(name: &str) -> Option<&'static Code> {
    CODES.iter().find(|code| code.name.eq_ignore_ascii_case(name))
}

/// All codes, by name.
pub const CODES: &[Code] = &[
    Code {
        name: "E0001",
        title: "a requested file is not in the request",
        explanation: "\
The request names a file to generate that it does not hold. protoc and buf never send that; a program that writes
requests or descriptor sets must put every file, and all that it imports, into them.",
    },
    Code {
        name: "E0002",
        title: "an edition that is not known",
        explanation: "\
Files of proto2, proto3 and of editions 2023 and 2024 are read. Write `edition = \"2024\";` in place of a later one.",
    },
    Code {
        name: "E0003",
        title: "a request that no compiler would send",
        explanation: "\
A name is no identifier, or two things have it; a type is used and not declared; a field has a number that it cannot have,
or that of another, or a default that it cannot hold; a oneof or a map is not what one is. A .proto that compiles has none
of these: the request was made or changed by another program. It may have names longer than 512 letters, a part of its
package longer than 250, which is the name of a folder, or messages that are nested more than 64 deep: these are refused,
too. Shorten them. So are texts that are not UTF-8, of which protoc takes some: write them in UTF-8.",
    },
    Code {
        name: "E0101",
        title: "an option that is not known",
        explanation: "\
Options are `name=value`, separated by commas: `opt: types=domain,emit=adapter,client` for buf, `--rust-svc_opt=...` for
protoc, `--opt ...` for generate. A comma within a value is written `\\,`. The README lists them.",
    },
    Code {
        name: "E0102",
        title: "an option for something that is not there",
        explanation: "\
Some options hold for a package, a message or a service: `map=.acme.v1=hash`, `map=.acme.v1.Order=hash`. The name is the
full one of the .proto, with a dot in front, and must be that of something in the files that are read.",
    },
    Code {
        name: "E0103",
        title: "a message passed through to plain types that stand alone",
        explanation: "\
`passthrough` puts a message, as it travels, among the plain types. So these cannot be generated without the messages
(`emit=domain`), nor lie in a crate of their own (`domain_path=`). Give a plain type of your own instead
(`domain_type=.acme.v1.Blob=crate::blob::Blob`), or generate both together.",
    },
    Code {
        name: "E0201",
        title: "a path that is no template",
        explanation: "\
A path of google.api.http is segments behind slashes, and perhaps a verb: `/v1/shelves/{shelf}/books/*:archive`. A segment
is a literal, `*` for one segment, `**` for all that are left, or a variable: `{name}` or `{name=shelves/*}`. There is no
empty segment, no slash at the end, no variable within a variable, and no variable twice.",
    },
    Code {
        name: "E0202",
        title: "a variable of a path that is no single value of the request",
        explanation: "\
A variable names a field of the request, or with dots a field of a message in it: `{order.order_id}`. The field holds a
number, a text, bytes or an enum, and is not repeated. Every field on the way is a message that is not repeated. None of
them has a name by which JSON calls another field (`json_name`). A path has no two variables that fill members of one oneof:
write a route for each.",
    },
    Code {
        name: "E0203",
        title: "a body that cannot be",
        explanation: "\
`body` is a field of the request that the path does not fill, nor another member of its oneof, or \"*\" for all that the path
leaves; `response_body` is a field of the response. Neither has a name by which JSON calls another field. GET and DELETE have no body: what the path leaves comes from the query.",
    },
    Code {
        name: "E0204",
        title: "an HTTP rule that says too little or too much",
        explanation: "\
A rule has one of get, put, post, delete, patch or custom. Further rules for the method stand in its
additional_bindings, which have none of their own.",
    },
    Code {
        name: "E0205",
        title: "two routes that are one",
        explanation: "\
The same requests fit two routes, so that it would be chance which method answers. The names of variables make no
difference: `/v1/{a}` and `/v1/{b}` are one route. Change the path or the HTTP method of one of them.",
    },
    Code {
        name: "E0206",
        title: "a route that cannot take a stream",
        explanation: "\
A stream of requests is the body of an HTTP request, one message a line: use post, put or patch with body: \"*\". What
the path says is said of each message.",
    },
    Code {
        name: "E0207",
        title: "a body that is one value, beside a path that fills a part of it",
        explanation: "\
JSON writes a StringValue as a text, a Timestamp as a text, a Struct as an object of any members and so on: where such a
message is all of a body, by \"*\", the path has nothing left to fill. The path, the query, `body` and `response_body` may
name its fields: let the body be one that the path does not fill, or leave `body` out.",
    },
    Code {
        name: "E0301",
        title: "a type of a package that is not generated",
        explanation: "\
A field or a method uses a type of an imported file for which no code is generated in this run. Either generate it too
(`include_imports: true` in buf.gen.yaml or as an option, or name the file), or say where it was generated:
`extern_path=.google.type=::my_crate::google::r#type`.",
    },
    Code {
        name: "E0302",
        title: "a package of which only a part is generated",
        explanation: "\
A field or a method uses a type of its own package that stands in a file for which no code is generated in this run. The
module of a package is written as a whole. Without `strategy: all` in buf.gen.yaml, buf starts a run for each directory,
and a package may lie in several; protoc and generate need all files of the package by name.",
    },
    Code {
        name: "E0303",
        title: "a message that requires itself",
        explanation: "\
A field that is `required` (proto2), or `features.field_presence = LEGACY_REQUIRED`, holds the message that it stands in, or
one that requires that. No such message can be sent or read, since it would have no end. Make a field on the way optional,
repeated, or a member of a oneof.",
    },
    Code {
        name: "E0401",
        title: "a duration that is none",
        explanation: "\
A duration is a number with a unit, `250ms`, `1.5s`, `2m` or `1h`, and longer than nothing. Leave it out where there is to
be no limit.",
    },
    Code {
        name: "E0402",
        title: "a retry that cannot be",
        explanation: "\
max_attempts is 2 to 5 with the first time included (1 for never again), multiplier 1 to 100, max_backoff no shorter than
initial_backoff, and codes are those of gRPC.
A code other than UNAVAILABLE may mean that the call was carried out, so a method that tries it again must be harmless
to repeat: set idempotency_level, or name an idempotency_key.",
    },
    Code {
        name: "E0403",
        title: "an idempotency key that is none",
        explanation: "\
idempotency_key names a string field of the request that is not in a oneof. A client fills it in when it is absent or empty.
Methods with the same request have the same key. What fills it in is generated with the request: of one that was generated
elsewhere (`extern_path=`), or is of google.protobuf, no field can be the key. Give the method a request of its own that
holds the other one, or generate both in one run.",
    },
    Code {
        name: "E0404",
        title: "a circuit breaker that cannot be",
        explanation: "failure_percent is 1 to 100, or left out for 50.",
    },
    Code {
        name: "W0501",
        title: "a required number of which nobody can tell whether it is there",
        explanation: "\
To a proto3 number without `optional`, zero and absent are the same, so that REQUIRED cannot be checked. Write `optional`
before its type: the plain type still holds a plain number, and a request without one is refused.",
    },
    Code {
        name: "W0502",
        title: "behaviors of a field that cannot all be",
        explanation: "\
Of REQUIRED and OPTIONAL, INPUT_ONLY and OUTPUT_ONLY (google.api.field_behavior), a field has at most one of each pair, and
what is OUTPUT_ONLY is not REQUIRED: a request says nothing of it that counts. Until one of them is left out, OUTPUT_ONLY
wins over REQUIRED, REQUIRED over OPTIONAL, and a field that is INPUT_ONLY and OUTPUT_ONLY is cleared both ways.
`allow=contradictory-behavior` turns this off.",
    },
    Code {
        name: "W0503",
        title: "a rule that cannot be checked",
        explanation: "\
A rule of buf.validate in CEL calls a function that the library does not know by which the runtime checks requests. It would
find that out with each request, and answer it with INTERNAL. Say it by what is known, such as `matches` in place of
`lowerAscii`, or check it in the service. `rules=false` turns all rules off, `allow=unknown-function` this warning. These
are known:

    all, bytes, contains, double, duration, endsWith, exists, existsOne, exists_one, filter, format, getDate,
    getDayOfMonth, getDayOfWeek, getDayOfYear, getField, getFullYear, getHours, getMilliseconds, getMinutes,
    getMonth, getSeconds, has, hasValue, int, isEmail, isHostAndPort, isHostname, isInf, isIp, isIpPrefix,
    isNan, isUri, isUriRef, map, matches, max, min, none, of, ofNonZeroValue, or, orValue, size, startsWith,
    string, timestamp, uint, unique, value.",
    },
    Code {
        name: "W0504",
        title: "a message that is REQUIRED in itself, without end",
        explanation: "\
A field that is REQUIRED (google.api.field_behavior) holds the message that it stands in, or one that cannot be without
another of that:

    message Category {
      Category parent = 1 [(google.api.field_behavior) = REQUIRED];
    }

Each parent would need a parent, so that nobody could send one. Such a field is not asked for, and its plain type is
that of a field that is not REQUIRED. Leave REQUIRED out, of it or of a field on the way. `allow=endless-requirement` turns
this off.",
    },
    Code {
        name: "W0505",
        title: "a path that fills what is cleared",
        explanation: "\
A field that is OUTPUT_ONLY (google.api.field_behavior) is cleared in requests, unless a path or an idempotency key names
it. What clears it is generated with its message; of one that was generated elsewhere (`extern_path=`) that run knew its own
paths only, so the service may find the field empty. Generate both in one run; or say IDENTIFIER of the name of a resource,
as AIP-203 asks, and IMMUTABLE of what is set once. `allow=cleared-in-path` turns this off.",
    },
    Code {
        name: "W0601",
        title: "a method that changes something, and is not safe to repeat",
        explanation: "\
A caller whose call got no answer does not know whether it was carried out. With a key, a string field of the request that a
client fills in with the same value on each attempt, a service can tell a repetition from a new request (AIP-155):

    string request_id = 3;
    option (rust_svc.v1.method).idempotency_key = \"request_id\";

A method that is harmless to repeat anyway says so: `option idempotency_level = IDEMPOTENT;`, or NO_SIDE_EFFECTS. Not looked
at are methods with a GET, PUT or DELETE route (RFC 9110), those named as reading or deleting, such as GetOrder or
BatchGetOrders, and those that take a stream. `allow=no-idempotency-key` turns this off.",
    },
    Code {
        name: "W0602",
        title: "a method without a deadline",
        explanation: "\
A call without a deadline waits for as long as the other side keeps it waiting, and holds what it holds. Say how long a call
may take, for a method or once for its service:

    option (rust_svc.v1.defaults) = {deadline: \"5s\"};
    option (rust_svc.v1.method).deadline = \"30s\";

The deadline of a stream bounds its beginning, not its length. `allow=no-deadline` turns this off.",
    },
    Code {
        name: "W0603",
        title: "a service with more than 50 methods",
        explanation: "\
Its trait is as large: whoever implements, mocks or reads it deals with all of it. Split it by the resources that its methods
are about. `allow=many-methods` turns this off.",
    },
    Code {
        name: "W0604",
        title: "a field or a value that is gone, and whose number is free to be used again",
        explanation: "\
Peers and stored messages still hold the old field. If its number is given to another one, they are read as what they are
not. Keep the number, and for JSON the name, from being used:

    reserved 4;
    reserved \"nickname\";

Only `diff --against` can see that. `allow=unreserved-removal` turns this off.",
    },
    Code {
        name: "W0605",
        title: "a plain type that holds a message of the runtime's feature `prost`",
        explanation: "\
The messages of google.protobuf that describe messages, such as Api, Type and FileDescriptorProto, have no plain types: the
runtime has them as they travel, with its feature `prost`. A crate of plain types alone (`emit=domain`) needs it, too:

    rust-svc = { version = \"0.1\", default-features = false, features = [\"prost\"] }

`allow=needs-prost` turns this off.",
    },
    Code {
        name: "W0606",
        title: "a name that is too long for the page that rustdoc writes",
        explanation: "\
rustdoc writes a file for each type, trait, function and constant, `struct.Order.html`, and a folder for each module. Few file
systems take a name of more than 255 letters. What is generated compiles, but `cargo doc` fails for it and for each crate that
depends on it. Shorten the name. `allow=long-name` turns this off.",
    },
];

#[cfg(test)]
mod tests {
    use super::CODES;
    use super::find;

    #[test]
    fn codes_are_sorted_and_found() {
        assert!(CODES.is_sorted_by(|one, other| one.name < other.name));
        assert!(find("e0202").is_some_and(|code| code.name == "E0202"));
        assert!(find("E9999").is_none());
    }
}
