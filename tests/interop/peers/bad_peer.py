"""A server that breaks the rules of gRPC in many ways, called by Python's grpcio and by `interop-client`.

It prints a table of the codes of both. They are equal, except for the differences that are explained here.
"""

import os
import socket
import struct
import subprocess
import threading

import grpc
from google.protobuf import empty_pb2

CALL = "/grpc.testing.TestService/EmptyCall"
TIMEOUT = 0.5

DATA, HEADERS, RST_STREAM, SETTINGS, GOAWAY = 0, 1, 3, 4, 7
END_STREAM, END_HEADERS = 1, 4

RESETS = {
    "NO_ERROR": 0, "PROTOCOL_ERROR": 1, "INTERNAL_ERROR": 2, "FLOW_CONTROL_ERROR": 3, "REFUSED_STREAM": 7, "CANCEL": 8,
    "ENHANCE_YOUR_CALM": 11, "INADEQUATE_SECURITY": 12,
}


def frame(kind, flags, stream, payload=b""):
    return struct.pack("!I", len(payload))[1:] + bytes([kind, flags]) + struct.pack("!I", stream) + payload


def literal(name, value):
    return b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


def block(status="200", **fields):
    first = b"\x88" if status == "200" else b"\x08" + bytes([len(status)]) + status.encode()
    return first + b"".join(literal(name.replace("_", "-"), value) for name, value in fields.items())


def headers(stream, flags=0, **fields):
    return frame(HEADERS, END_HEADERS | flags, stream, block(**fields))


def begin(stream):
    return headers(stream, content_type="application/grpc")


def data(stream, payload=b"\0\0\0\0\0", flags=0):
    return frame(DATA, flags, stream, payload)


def trailers(stream, **fields):
    fields = b"".join(literal(name.replace("_", "-"), value) for name, value in fields.items())
    return frame(HEADERS, END_HEADERS | END_STREAM, stream, fields)


def only(stream, **fields):
    return headers(stream, END_STREAM, content_type="application/grpc", **fields)


def reset(stream, code):
    return frame(RST_STREAM, 0, stream, struct.pack("!I", code))


def go_away(last, code):
    return frame(GOAWAY, 0, 0, struct.pack("!II", last, code))


CLOSE = b""
# Each scenario is a function of the stream, which returns the bytes to send. The connection is closed after `CLOSE`.
SCENARIOS = {
    "a correct response": lambda it: [begin(it), data(it), trailers(it, grpc_status="0")],
    "silence": lambda it: [frame(SETTINGS, 0, 0)],
    "headers, then silence": lambda it: [begin(it)],
    "a message, then silence": lambda it: [begin(it), data(it)],
    "half a message, then silence": lambda it: [begin(it), data(it, b"\0\0\0\0\7abc")],
    "the connection breaks": lambda it: [CLOSE],
    "the connection breaks after headers": lambda it: [begin(it), CLOSE],
    "GOAWAY after the call, then the end": lambda it: [go_away(it, 0), CLOSE],
    "GOAWAY before the call": lambda it: [go_away(0, 0), CLOSE],
    "trailers only": lambda it: [only(it, grpc_status="5", grpc_message="no%20item")],
    "a status without digits": lambda it: [only(it, grpc_status="abc")],
    "an unknown status": lambda it: [only(it, grpc_status="99")],
    "a negative status": lambda it: [only(it, grpc_status="-1")],
    "no status": lambda it: [begin(it), data(it, flags=END_STREAM)],
    "trailers without a status": lambda it: [begin(it), data(it), trailers(it, x_other="1")],
    "no message": lambda it: [begin(it), trailers(it, grpc_status="0")],
    "two messages": lambda it: [begin(it), data(it), data(it), trailers(it, grpc_status="0")],
    "half a message, then OK": lambda it: [begin(it), data(it, b"\0\0\0\0\7abc"), trailers(it, grpc_status="0")],
    "a message above the limit": lambda it: [begin(it), data(it, b"\0" + struct.pack("!I", 5 << 20) + bytes(100))],
    "a compressed message without an encoding": lambda it: [
        begin(it), data(it, b"\1\0\0\0\3abc"), trailers(it, grpc_status="0")],
    "an invalid flag of a message": lambda it: [begin(it), data(it, b"\7\0\0\0\0"), trailers(it, grpc_status="0")],
    "an invalid message": lambda it: [begin(it), data(it, b"\0\0\0\0\1\xff"), trailers(it, grpc_status="0")],
    "another content type": lambda it: [headers(it, content_type="text/html"), data(it, b"<html>", END_STREAM)],
    "data before headers": lambda it: [data(it)],
    "bytes that are no frames": lambda it: [b"HTTP/1.1 400 Bad Request\r\n\r\n" * 4, CLOSE],
}
for name, code in RESETS.items():
    SCENARIOS[f"reset: {name}"] = lambda it, code=code: [reset(it, code)]
    SCENARIOS[f"reset after headers: {name}"] = lambda it, code=code: [begin(it), reset(it, code)]
for code in ["400", "401", "403", "404", "429", "500", "502", "503", "504"]:
    SCENARIOS[f"HTTP {code}"] = lambda it, code=code: [headers(it, END_STREAM, status=code, content_type="text/html")]

# (ours, grpcio's, why they differ)
DIFFERENCES = {
    "a status without digits": ("UNKNOWN", "INTERNAL", "an unknown status, whatever it is, is UNKNOWN, as in grpc-java"),
    "a negative status": ("UNKNOWN", "INTERNAL", "as above"),
    "no status": ("INTERNAL", "UNKNOWN", "the server broke the protocol, as in grpc-go"),
    "trailers without a status": ("INTERNAL", "UNKNOWN", "as above"),
    "no message": ("UNIMPLEMENTED", "OK", "the interface for Python returns None in place of a message"),
    "two messages": ("UNIMPLEMENTED", "DEADLINE_EXCEEDED", "gRPC's table of codes; grpcio does not read the second message"),
    "half a message, then OK": ("INTERNAL", "OK", "grpcio drops the rest, and returns None"),
    "an invalid flag of a message": ("INTERNAL", "OK", "grpcio reads only the lowest bit of the flag"),
    "data before headers": ("UNAVAILABLE", "DEADLINE_EXCEEDED", "the connection is closed; grpcio waits for headers"),
    "bytes that are no frames": ("UNAVAILABLE", "INTERNAL", "the connection broke, as if the server had closed it"),
}


class BadPeer:
    """Answers each call like one scenario."""

    def __init__(self, scenario):
        self.scenario = scenario
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            with connection, connection.makefile("rb") as reader:
                reader.read(24)
                connection.sendall(frame(SETTINGS, 0, 0))
                while head := reader.read(9):
                    size, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
                    stream = int.from_bytes(head[5:], "big")
                    reader.read(size)
                    if kind == SETTINGS and not flags:
                        connection.sendall(frame(SETTINGS, 1, 0))
                    if kind == HEADERS:
                        for part in self.scenario(stream):
                            if part == CLOSE:
                                return
                            connection.sendall(part)
        except OSError:
            pass

    def close(self):
        self.listener.close()


def call_grpcio(address):
    options = [("grpc.enable_retries", 0), ("grpc.enable_http_proxy", 0)]
    with grpc.insecure_channel(address, options) as channel:
        call = channel.unary_unary(CALL, lambda _: b"", empty_pb2.Empty.FromString)
        try:
            call(None, timeout=TIMEOUT)
        except grpc.RpcError as error:
            return error.code().name
        return "OK"


def call_ours(address):
    command = [os.environ["INTEROP_CLIENT"], address, "one-call", str(int(TIMEOUT * 1000))]
    return subprocess.run(command, stdout=subprocess.PIPE, timeout=60, text=True, check=True).stdout.strip()


def main():
    failed = 0
    for name, scenario in SCENARIOS.items():
        peer = BadPeer(scenario)
        ours, theirs = call_ours(peer.address), call_grpcio(peer.address)
        peer.close()
        expected = DIFFERENCES.get(name)
        is_expected = ours == theirs if expected is None else (ours, theirs) == expected[:2]
        failed += not is_expected
        reason = f"  {expected[2]}" if expected and is_expected else ""
        print(f"{'' if is_expected else 'FAILED '}{name:42} {ours:20} {theirs:20}{reason}")
    print(f"bad peer: {len(SCENARIOS) - failed} passed, {failed} failed, {len(DIFFERENCES)} explained")
    raise SystemExit(failed > 0)


main()
