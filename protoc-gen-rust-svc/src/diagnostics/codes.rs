//! The codes of diagnostics, each with its explanation.

/// A code of an error or a warning.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// The code, such as `E0202`. Codes of warnings begin with `W`.
    pub name: &'static str,
    /// One line that says what is wrong.
    pub title: &'static str,
    /// The cause, and how to fix it, in Markdown.
    pub explanation: &'static str,
}

/// Finds a code by its name, in upper or lower case.
pub fn find(name: &str) -> Option<&'static Code> {
    CODES.iter().find(|code| code.name.eq_ignore_ascii_case(name))
}

/// All codes, sorted by name.
pub const CODES: &[Code] = &[
    Code {
        name: "E0001",
        title: "requested file is missing from the request",
        explanation: "\
The request names a file to generate but does not contain it. protoc and buf never send such a request. A program that
builds requests or descriptor sets must include every requested file and all of its imports.",
    },
    Code {
        name: "E0002",
        title: "unsupported edition",
        explanation: "\
proto2, proto3 and editions 2023, 2024 and 2026 are supported. Replace a later edition with `edition = \"2026\";`.",
    },
    Code {
        name: "E0003",
        title: "invalid descriptor",
        explanation: "\
The request contains a descriptor that no compiler would send: an invalid or duplicate name, an undeclared type, an
invalid or duplicate field number, a default value of the wrong type, or a malformed oneof or map. A `.proto` file that
compiles has none of these, so another program created or changed the request.

The same code reports names of more than 512 characters, package components of more than 250 characters, messages nested
more than 64 levels deep, and strings that are not UTF-8. protoc accepts some of these. Shorten the names, and save the
file as UTF-8.",
    },
    Code {
        name: "E0101",
        title: "invalid option",
        explanation: "\
Options have the form `name=value` and are separated by commas: `opt: types=domain,emit=adapter+client` in buf.gen.yaml,
`--rust-svc_opt=...` with protoc, `--opt ...` with the command line. Write a comma within a value as `\\,`. The page
\"Options\" of the user guide lists all options.",
    },
    Code {
        name: "E0102",
        title: "option for an unknown package, message or service",
        explanation: "\
Some options apply to a package, message or service: `map=.acme.v1=hash`, `map=.acme.v1.Order=hash`. Write its full
protobuf name with a leading dot. It must be declared in the files of the run.
`extern_path=` maps packages; their types have the same names there.",
    },
    Code {
        name: "E0103",
        title: "passthrough without prost messages",
        explanation: "\
`passthrough` uses the prost message as the plain type, so the plain types need the prost messages. It excludes
`emit=domain` and `domain_path=`. Either set a type of your own
(`domain_type=.acme.v1.Blob=crate::blob::Blob`), or generate messages and plain types together.",
    },
    Code {
        name: "E0201",
        title: "invalid path template",
        explanation: "\
A path of google.api.http consists of segments that begin with `/`, and an optional verb:
`/v1/shelves/{shelf}/books/*:archive`. A segment is a literal, `*` for one segment, `**` for all remaining segments, or a
variable such as `{name}` or `{name=shelves/*}`. Empty segments, a trailing slash, nested variables and repeated variables
are not allowed, and `**` must be the last segment.",
    },
    Code {
        name: "E0202",
        title: "invalid path variable",
        explanation: "\
A path variable names a field of the request, or a field of a nested message: `{order.order_id}`. The field must be a
singular scalar, bytes or enum. Every message on the way must be singular. The name must not be the `json_name` of another
field. Two variables of a path must not fill different members of one oneof; declare a route for each instead.",
    },
    Code {
        name: "E0203",
        title: "invalid body",
        explanation: "\
`body` is `*` or a top-level field of the request that the path does not set; `response_body` is a top-level field of
the response. A body must not be another member of a oneof that the path fills, and its name must not be the `json_name`
of another field. GET and DELETE have no body: the query carries the fields that the path does not set.",
    },
    Code {
        name: "E0204",
        title: "invalid HTTP rule",
        explanation: "\
A rule has exactly one of `get`, `put`, `post`, `delete`, `patch` and `custom`. List further rules of the method in
`additional_bindings`, which cannot be nested.",
    },
    Code {
        name: "E0205",
        title: "conflicting routes",
        explanation: "\
Two routes of a service match the same requests. The names of variables do not distinguish routes: `/v1/{a}` and `/v1/{b}`
conflict. Change the path or the HTTP method of one of them. With `warn=conflicting-routes` or `allow=conflicting-routes`, the
first in the file has the route.",
    },
    Code {
        name: "E0206",
        title: "route without a body for a client stream",
        explanation: "\
A client stream is sent as the body of an HTTP request, one JSON message per line. Use `post`, `put` or `patch` with
`body: \"*\"`. Path variables are set in every message.",
    },
    Code {
        name: "E0207",
        title: "path variable inside a body that is a single JSON value",
        explanation: "\
JSON represents some messages as a single value: a StringValue or a Timestamp is a string, a Struct is an object with
arbitrary members. If such a message is the whole body (`\"*\"`), a path variable cannot set one of its fields. Choose a body
that the path does not fill, or omit `body`.",
    },
    Code {
        name: "E0301",
        title: "type of a package that is not generated",
        explanation: "\
A field or method uses a type of an imported package for which this run generates no code. Generate it too
(`include_imports: true` in buf.gen.yaml or as an option, or name the file), or set the Rust path of the crate that has
it: `extern_path=.google.type=::my_crate::google::r#type`.",
    },
    Code {
        name: "E0302",
        title: "incomplete package",
        explanation: "\
A field or method uses a type of its own package, declared in a file for which this run generates no code. All files of a
package must be generated in one run. With buf, set `strategy: all`; with protoc or `generate`, name all files of the
package.",
    },
    Code {
        name: "E0303",
        title: "message that requires itself",
        explanation: "\
A `required` field of proto2, or one with `features.field_presence = LEGACY_REQUIRED`, contains its own message, directly
or through other required fields. No finite message satisfies this. Make one of the fields optional, repeated or a member
of a oneof.",
    },
    Code {
        name: "E0401",
        title: "invalid duration",
        explanation: "\
A duration is a positive number with a unit: `250ms`, `1.5s`, `2m` or `1h`. Omit it for no limit.",
    },
    Code {
        name: "E0402",
        title: "invalid retry policy",
        explanation: "\
`max_attempts` is 2 to 5 including the first attempt, or 1 for no retries. `multiplier` is 1 to 100. `max_backoff` is at
least `initial_backoff`. `codes` are gRPC status codes.

A call that failed with a code other than UNAVAILABLE may have been executed. To retry on such a code, declare that the
method is idempotent: set `idempotency_level` or `idempotency_key`.",
    },
    Code {
        name: "E0403",
        title: "invalid idempotency key",
        explanation: "\
`idempotency_key` names a string field of the request that is not in a oneof. Clients set it if it is absent or empty. All
methods with the same request message must name the same field.

The request must be generated in this run: a message of google.protobuf or of an `extern_path=` cannot have a key. Use a
request message of your own that contains it, or generate both in one run.",
    },
    Code {
        name: "E0404",
        title: "invalid circuit breaker",
        explanation: "\
`failure_percent` and `slow_percent` are 1 to 100. `slow_percent` needs `slow_call`, the duration from which a call is
slow. `group` is a word: methods with the same one share a breaker.",
    },
    Code {
        name: "E0405",
        title: "invalid timeout",
        explanation: "\
`attempt_timeout` is at most `deadline`, and `deadline` at most `max_deadline`. `open_timeout`, `idle_timeout` and
`total_timeout` are for methods that stream their response; in the defaults of a service they apply only to those.",
    },
    Code {
        name: "E0406",
        title: "invalid hedging policy",
        explanation: "\
`max_attempts` is 2 to 5 including the first attempt. `codes` are gRPC status codes. A hedged call may be executed several
times, so its method declares an `idempotency_level` or an `idempotency_key`, and has one request and one response. `hedge`
takes the place of `retry`.",
    },
    Code {
        name: "E0407",
        title: "invalid bulkhead",
        explanation: "`max_in_flight` is at least 1. `max_queued` is the number of calls that wait; the default is 0.",
    },
    Code {
        name: "W0501",
        title: "REQUIRED on a scalar without presence",
        explanation: "\
A proto3 number without `optional` cannot be distinguished from zero, so REQUIRED cannot be checked. Add `optional`: the
plain type still holds a plain number, and a request without the field is rejected.",
    },
    Code {
        name: "W0502",
        title: "contradictory field behaviors",
        explanation: "\
REQUIRED and OPTIONAL exclude each other, and so do INPUT_ONLY and OUTPUT_ONLY, and OUTPUT_ONLY and REQUIRED, because
OUTPUT_ONLY fields of requests are ignored (google.api.field_behavior). Remove one of them. Until then, OUTPUT_ONLY takes
precedence over REQUIRED, REQUIRED over OPTIONAL, and a field that is both INPUT_ONLY and OUTPUT_ONLY is cleared in requests
and responses.",
    },
    Code {
        name: "W0503",
        title: "unsupported rule of buf.validate",
        explanation: "\
The runtime cannot check a rule of buf.validate. An invalid CEL expression, an unknown function, or rules for another type
than that of the field would fail every request with INTERNAL. Other rules have no effect: a rule that is newer than the
runtime, an extension of rules that defines none with `(buf.validate.predefined)`, and rules of an extension of a message,
whose value the generated types do not keep.

Correct or remove the rule, or check the condition in the service. The option `rules=false` disables all rules. The known
functions are:

    all, bytes, contains, double, duration, endsWith, exists, existsOne, exists_one, filter, format, getDate,
    getDayOfMonth, getDayOfWeek, getDayOfYear, getField, getFullYear, getHours, getMilliseconds, getMinutes,
    getMonth, getSeconds, has, hasValue, int, isEmail, isHostAndPort, isHostname, isInf, isIp, isIpPrefix,
    isNan, isUri, isUriRef, map, matches, max, min, none, of, ofNonZeroValue, or, orValue, size, startsWith,
    string, timestamp, uint, unique, value.",
    },
    Code {
        name: "W0504",
        title: "message that is REQUIRED in itself",
        explanation: "\
A REQUIRED field (google.api.field_behavior) contains its own message, directly or through other REQUIRED fields:

    message Category {
      Category parent = 1 [(google.api.field_behavior) = REQUIRED];
    }

No finite request satisfies this. REQUIRED is ignored for such a field, and its plain type is optional. Remove REQUIRED from
one of the fields.",
    },
    Code {
        name: "W0505",
        title: "path variable for a field that is cleared",
        explanation: "\
OUTPUT_ONLY fields of requests are cleared, except those that a path variable or an idempotency key of the same run names.
The code that clears the fields of this message comes from another run (`extern_path=`), which does not know this path, so
the service may receive an empty field. Generate both in one run, or use IDENTIFIER for a resource name (AIP-203) and
IMMUTABLE for a field that is set once.",
    },
    Code {
        name: "W0601",
        title: "method with side effects and no idempotency key",
        explanation: "\
A caller that receives no response cannot know whether the call was executed. With an idempotency key (AIP-155), the client
sends the same value with each attempt, and the service can recognize a retry:

    string request_id = 3;
    option (rust_svc.v1.method).idempotency_key = \"request_id\";

If the method is safe to repeat, declare it: `option idempotency_level = IDEMPOTENT;` or `NO_SIDE_EFFECTS`. This lint ignores
methods with a GET, PUT or DELETE route (RFC 9110), methods named after reads or deletions, such as GetOrder or
BatchGetOrders, and methods with a client stream.",
    },
    Code {
        name: "W0602",
        title: "method without a deadline",
        explanation: "\
A call without a deadline can wait forever and keep its resources. Set a deadline for the method, or a default for the
service:

    option (rust_svc.v1.defaults) = {deadline: \"5s\"};
    option (rust_svc.v1.method).deadline = \"30s\";

The deadline of a streaming method limits the time until its first response message.",
    },
    Code {
        name: "W0603",
        title: "service with more than 50 methods",
        explanation: "\
Everyone who implements, mocks or reads the trait has to deal with all of its methods. Split the service by resource.",
    },
    Code {
        name: "W0604",
        title: "removed field or enum value that is not reserved",
        explanation: "\
Peers and stored messages may still contain the old field. If its number is reused, they are misread. Reserve the number
and, for JSON, the name:

    reserved 4;
    reserved \"nickname\";

Only `diff --against` reports this lint.",
    },
    Code {
        name: "W0605",
        title: "plain type that needs the feature `prost`",
        explanation: "\
Messages of google.protobuf that describe messages, such as Api, Type and FileDescriptorProto, have no plain types. The
runtime provides their prost types with its feature `prost`, which a crate of plain types (`emit=domain`) has to enable:

    rust-svc = { version = \"0.1\", default-features = false, features = [\"prost\"] }",
    },
    Code {
        name: "W0606",
        title: "name too long for rustdoc",
        explanation: "\
rustdoc writes one file per type, trait, function and constant, and most file systems limit file names to 255 bytes. The
generated code compiles, but `cargo doc` fails for it and for every crate that depends on it. Shorten the name.",
    },
    Code {
        name: "W0607",
        title: "route of several services",
        explanation: "\
Methods of two services have the same route. A server with the gateways of both fails to start. The lint is off by default,
because the services may never share a server; `warn=shared-route` turns it on.",
    },
    Code {
        name: "W0608",
        title: "retries on DEADLINE_EXCEEDED without an attempt timeout",
        explanation: "\
All attempts of a call share its deadline. If the server does not respond, the first attempt takes all of it, and there is no
second one. Bound each attempt:

    option (rust_svc.v1.method) = {
      deadline: \"2s\"
      attempt_timeout: \"500ms\"
      retry: {max_attempts: 3 codes: \"UNAVAILABLE\" codes: \"DEADLINE_EXCEEDED\"}
    };

An attempt that exceeds its timeout is retried also without the code.",
    },
    Code {
        name: "W0609",
        title: "service config without effect",
        explanation: "\
A name in the file of `service_config=`, `gapic_service_config=` or `http_rules=` is not that of a service or a method of this
run, or the file has a field that the format lacks.",
    },
    Code {
        name: "W0610",
        title: "contract without declarations",
        explanation: "\
No file of this run declares a message, an enum, a service or an extension, so the generated modules are empty. Usually the
wrong files are named: imported files, those of `import public` too, are not generated unless they are named.",
    },
];
