"""Sends the same raw requests to our gateway and to a peer, and compares the responses.

    compare.py [--every N] grpc_gateway|envoy OURS PEER DIFFERENCES

A response of grpc-gateway must be ours: status, content type, headers of metadata and JSON. Of Envoy, the class of the
status and what the service saw must be ours. What DIFFERENCES lists may differ, and must.
"""

import json
import re
import socket
import sys

from cases import requests

# Bodies that end the process of Envoy 1.40.
CRASHES = ['{"labels":{"a":null}}', '{"labels":{"a":"b","a":"c"}}']


def send(address, method, target, headers, body):
    """The status, the headers and the body of the response to bytes that no library has changed."""
    data = body.encode("utf-8", "surrogatepass")
    lines = [f"{method} {target} HTTP/1.1", "host: gateway.test", "connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if data or method in ("POST", "PUT", "PATCH"):
        lines.append(f"content-length: {len(data)}")
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall("\r\n".join(lines + ["", ""]).encode() + data)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return parse(received)


def parse(received):
    while received.startswith(b"HTTP/1.1 100"):
        received = received.split(b"\r\n\r\n", 1)[1]
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers.setdefault(name.lower(), []).append(value.strip())
    status = int(first.split()[1]) if first else 0
    return status, headers, dechunk(body) if "transfer-encoding" in headers else body


def dechunk(body):
    data = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size.split(b";")[0] or b"0", 16)
        if length == 0:
            break
        data, body = data + body[:length], body[length + 2:]
    return data


def values(body):
    """The JSON of a body: one value, an array, lines or events. Text that is no JSON stays text."""
    text = body.decode("utf-8", "replace")
    decoder, found, place = json.JSONDecoder(), [], 0
    while place < len(text):
        if text[place] in " \r\n\t,":
            place += 1
            continue
        try:
            value, place = decoder.raw_decode(text, place)
        except ValueError:
            return [text]
        found.append(value)
    return found


def without_texts(value):
    """A value in which the messages of errors are not compared: each gateway has its own words."""
    if isinstance(value, dict):
        is_error = "code" in value and "message" in value
        # A field that older definitions of the details lack.
        kept = {key: without_texts(inner) for key, inner in value.items() if key != "localizedMessage"}
        return kept | {"message": "", "details": []} if is_error and kept["code"] in (2, 3, 5, 12, 13) else kept
    return [without_texts(inner) for inner in value] if isinstance(value, list) else value


def of_grpc_gateway(response):
    status, headers, body = response
    # It also passes on what the connection to the service has of its own.
    own = ("grpc-metadata-content-type", "grpc-metadata-date", "grpc-metadata-grpc-accept-encoding")
    names = [name for name in headers if name.startswith(("grpc-", "www-authenticate")) and name not in own]
    kind = headers.get("content-type", [""])[0]
    found = without_texts(values(body))
    for value in found:
        # An unset wrapper is null there, and absent here.
        message = value.get("result", value).get("message") if isinstance(value, dict) else None
        if isinstance(message, dict) and message.get("text", "") is None:
            del message["text"]
    return [status, kind, {name: headers[name] for name in sorted(names)}, found]


def of_envoy(response):
    status, _, body = response
    flat = lambda found: found[0] if len(found) == 1 and isinstance(found[0], list) else found
    seen = [value.get("seen", "") for value in flat(values(body)) if isinstance(value, dict)]
    return [status // 100, [text for text in seen if text]]


def parts_that_differ(own, other):
    """The lines that show how two responses differ."""
    if isinstance(own, list) and isinstance(other, list) and len(own) == len(other):
        return [line for pair in zip(own, other) if pair[0] != pair[1] for line in parts_that_differ(*pair)]
    if isinstance(own, dict) and isinstance(other, dict) and own.keys() & other.keys():
        absent = [f"  only one has {key}" for key in own.keys() ^ other.keys()]
        common = [key for key in own.keys() & other.keys() if own[key] != other[key]]
        return absent + [line for key in common for line in parts_that_differ(own[key], other[key])]
    return [f"  ours:   {str(own)[:300]}", f"  theirs: {str(other)[:300]}"]


class Differences:
    """The lines of a file: a pattern of requests, and why their responses differ."""

    def __init__(self, path, peer):
        self.patterns = {}
        for line in open(path, encoding="utf-8"):
            if line.strip() and not line.startswith("#"):
                name, pattern, reason = [part.strip() for part in line.split(" | ")]
                if name == peer:
                    self.patterns[pattern] = [re.compile(pattern), reason, 0]

    def contain(self, request):
        for entry in self.patterns.values():
            if entry[0].search(request):
                entry[2] += 1
                return True
        return False


def main(arguments):
    every = 1
    if arguments[0] == "--every":
        _, every, *arguments = arguments
    every = int(every)
    peer, ours, theirs, path = arguments
    of = {"grpc_gateway": of_grpc_gateway, "envoy": of_envoy}[peer]
    differences, equal, failed = Differences(path, peer), 0, 0
    skipped = CRASHES if peer == "envoy" else []
    for request in [it for it in requests() if it[3] not in skipped][::every]:
        text = " ".join([request[0], request[1], json.dumps(request[2]), json.dumps(request[3])])
        try:
            own, other = of(send(ours, *request)), of(send(theirs, *request))
        except OSError as error:
            sys.exit(f"{text}: {error}")
        if own == other:
            equal += 1
        elif not differences.contain(text):
            failed += 1
            print(f"{text[:200]}\n" + "\n".join(parts_that_differ(own, other)))
    listed = sum(entry[2] for entry in differences.patterns.values())
    unused = [pattern for pattern, entry in differences.patterns.items() if entry[2] == 0 and every == 1]
    for pattern in unused:
        print(f"no response differs: {pattern}")
    print(f"{peer}: {equal} equal, {listed} differ as listed, {failed} differ")
    print(f"{peer}: {equal + listed} passed, {failed + len(unused)} failed")
    return 1 if failed or unused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
