"""The requests that gateways are compared by, from tables of what they may contain."""

import json

JSON = {"content-type": "application/json"}

# Paths of routes with a variable of one segment, of several segments, of a nested field and of other types.
SEGMENTS = [
    "a", "a%20b", "a+b", "a:b", "a:run", "a%3Arun", "a%2Fb", "a%2fb", "100%25", "%2525", "caf%C3%A9", "%zz", "%4", "%",
    "%FF", "%00", "%0A", "..", "%2e%2e", ".", "a.b", "a,b;c", "a=b&c", "a@b", "(a)", "'a'", "*", "%2A", "$a", "~", "a%22b",
    "%7Ba%7D", "%5B1%5D", "0", "null", "true", "a" * 300, "%E2%82%AC", "a%3Fb", "a%23b", "%41", "%2541", "a%5Cb", "%20",
]
PATHS = [
    "/", "//", "/v1", "/v1/", "/v1/messages", "/v1/messages/", "/v1/messages//", "/v1//messages/a", "/v1/messages/a/",
    "/v1/messages/a/b", "/v%31/messages/a", "/V1/messages/a", "/v1/Messages/a", "/v1/messages/a:run", "/v1/messages/a:stop",
    "/v1/messages/:run", "/v1/messages/a:b:run", "/v1/nowhere", "/v1/shelves/1/books/2", "/v1/shelves/1/books/",
    "/v1/shelves//books/2", "/v1/shelves/1%2F2/books/3", "/v1/shelves/a%20b/books/c%3Ad", "/v1/shelves/1/books/2:read",
    "/v1/shelves/1:read", "/v1/shelves/a/b/c:read", "/v1/shelves:read", "/v1/files", "/v1/files/", "/v1/files/a",
    "/v1/files/a/b/c", "/v1/files/a%2Fb", "/v1/files/a%3Ab%20c", "/v1/files/a/", "/v1/files//a", "/v1/files/..%2F..",
    "/v1/nested/p", "/v1/nested/", "/v1/nested/a%2Fb", "/v1/typed/1/true/COLOR_RED", "/v1/typed/-1/false/2",
    "/v1/typed/1/1/1", "/v1/typed/1/True/1", "/v1/typed/x/true/1", "/v1/typed/1/yes/1", "/v1/typed/1/true/PINK",
    "/v1/typed/1/true/99", "/v1/typed/2147483648/true/1", "/v1/typed/1.0/true/1", "/v1/typed/1e1/true/1",
    "/v1/typed/0x10/true/1", "/v1/typed/ 1/true/1".replace(" ", "%20"), "/v1/typed/+1/true/1", "/v1/typed/01/true/1",
]
QUERIES = [
    "count=1", "count=-2147483648", "count=2147483648", "count=x", "count=", "count", "count=1&count=2", "count=1.5", "count=1e3",
    "total=9223372036854775807", "total=9223372036854775808", "total=9007199254740993", "flag=true", "flag=false", "flag=1",
    "flag=0", "flag=True", "flag=TRUE", "flag=t", "flag=", "flag", "color=COLOR_RED", "color=color_red", "color=RED", "color=1",
    "color=9", "color=", "limit=0", "limit=7", "limit=-1", "limit=4294967296", "ratio=1.5", "ratio=-0", "ratio=NaN",
    "ratio=Infinity", "ratio=-Infinity", "ratio=1e400", "ratio=inf", "weight=3.4028235e%2B38", "weight=1e39", "weight=1.5",
    "token=AQI=", "token=AQI", "token=-_8=", "token=-_8", "token=%2B/8=", "token=!", "tags=a&tags=b", "tags=", "tags=a,b",
    "tags=a+b", "tags=a%2Bb", "tags=a%20b", "tags=a;b", "tags=%26", "tags=%zz", "tags=%FF", "tags=%00", "part.size=3",
    "part.name=x&part.size=1", "part.inner.inner.size=1", "part=x", "part.nothing=1", "part..size=1", "labels[k]=v",
    "labels[a.b]=v", "labels%5Bk%5D=v", "labels=x", "labels.k=v", "time=2026-02-28T09:30:00Z", "time=2026-02-28T09:30:00%2B01:00",
    "time=2026-02-28", "time=yesterday", "span=5400.5s", "span=1h30m", "span=-1s", "span=5", "updateMask=name,part.size",
    "update_mask=name", "updateMask=fooBar", "update_mask=foo_bar", "updateMask=", "text=x", "text=", "object=%7B%22a%22:1%7D",
    "object=x", "left=a", "left=a&right=b", "right=", "numbers=1&numbers=2", "numbers=1,2", "numbers=x", "parts=x",
    "parts.size=1", "nothing=1", "Count=1", "name=b", "name=a", "&&count=1&", "=1", "a=", "count=1&count=1", "updatemask=name",
    "total=-0", "limit=%2B1", "count=%201", "tags=caf%C3%A9", "tags=%F0%9F%98%80", "object=%7B%7D", "span=0.000000001s",
]
BODIES = [
    "", "{}", "null", "[]", "1", '"a"', "true", "{", "}", "{} {}", "{}x", " {} ", "{}\n", '{"name":"a"}', '{"name":1}',
    '{"name":null}', '{"name":"a","name":"b"}', '{"updateMask":"name","update_mask":"name"}', '{"nothing":1}',
    '{"count":"5"}', '{"count":5.0}', '{"count":5.5}', '{"count":2147483648}', '{"count":1e3}', '{"count":"x"}', '{"count":null}',
    '{"total":9007199254740993}', '{"total":"9007199254740993"}', '{"flag":"true"}', '{"flag":1}', '{"color":"COLOR_RED"}',
    '{"color":"color_red"}', '{"color":"PINK"}', '{"color":1}', '{"color":9}', '{"color":null}', '{"ratio":"NaN"}', '{"ratio":NaN}',
    '{"ratio":1e400}', '{"weight":1e39}', '{"token":"AQI="}', '{"token":"AQI"}', '{"token":"-_8"}', '{"token":"!"}', '{"tags":["a",null]}',
    '{"tags":"a"}', '{"tags":null}', '{"tags":[]}', '{"part":{"size":1}}', '{"part":[]}', '{"part":null}', '{"labels":{"a":"b"}}',
    '{"labels":{"a":null}}', '{"labels":{"a":"b","a":"c"}}', '{"time":"2026-02-28T09:30:00.5+01:00"}', '{"time":"2026-02-30T00:00:00Z"}',
    '{"time":0}', '{"span":"1.5s"}', '{"span":"1h"}', '{"updateMask":"name,part.size"}', '{"text":"x"}', '{"text":{"value":"x"}}',
    '{"object":{"a":[1,null,{"b":true}]}}', '{"left":"a","right":"b"}', '{"left":"a","right":null}', '{"numbers":[1,"2"]}',
    '{"parts":[{},{"size":2}]}', '{"parts":[null]}', '{"name":"\\ud800"}', '{"name":"\\u00e9"}', '{"name":"\ufeff"}', "\ufeff{}",
    '{"name":"a\nb"}', "{'name':'a'}", '{"name":"a",}', '{/**/}', '{"name":"' + "a" * 5000 + '"}',
    '{"part":' * 40 + '{"inner":{}}' + "}" * 40, '{"object":{"a":' + "[" * 200 + "]" * 200 + "}}", '{"Name":"a"}', '{"labels":[]}',
]
HEADERS = [
    {"grpc-metadata-x-tenant": "t"}, {"Grpc-Metadata-X-Tenant": "t"}, {"x-tenant": "t"}, {"authorization": "Bearer x"},
    {"grpc-metadata-authorization": "spoof"}, {"authorization": "real", "grpc-metadata-authorization": "spoof"},
    {"grpc-metadata-grpcgateway-authorization": "spoof"}, {"grpc-metadata-k-bin": "AQI="}, {"grpc-metadata-k-bin": "!"},
    {"grpc-metadata-connection": "x"}, {"grpc-metadata-te": "x"}, {"grpc-metadata-grpc-timeout": "1S"}, {"grpc-metadata-": "x"},
    {"cookie": "a=b"}, {"accept-language": "de"}, {"referer": "http://x/"}, {"origin": "http://x"}, {"if-match": '"1"'},
    {"via": "1.1 x"}, {"warning": "199 x"}, {"date": "Tue, 24 Nov 2026 10:00:00 GMT"}, {"pragma": "no-cache"}, {"from": "a@b.c"},
    {"x-forwarded-for": "1.2.3.4"}, {"x-forwarded-host": "shop"}, {"x-forwarded-for": "1.2.3.4, 5.6.7.8"}, {"proxy-authorization": "x"},
    {"grpc-timeout": "1S"}, {"grpc-timeout": "abc"}, {"grpc-timeout": "0n"}, {"grpc-timeout": "1s"}, {"traceparent": "x"},
    {"accept": "application/json"}, {"accept": "text/html"}, {"accept": "*/*;q=0.1"}, {"expect": "100-continue"},
    {"x-http-method-override": "DELETE"}, {"te": "trailers"}, {"max-forwards": "1"}, {"grpc-metadata-x-a": "1", "grpc-metadata-x-b": "2"},
]


def requests():
    """All requests: a method, a target, headers and a body."""
    get = lambda target, headers={}: ("GET", target, headers, "")
    yield from (get(f"/v1/messages/{segment}") for segment in SEGMENTS)
    yield from (get(path) for path in PATHS)
    yield from (get(f"/v1/messages/a?{query}") for query in QUERIES)
    yield from (("POST", "/v1/messages", JSON, body) for body in BODIES)
    yield from (get("/v1/messages/a", headers) for headers in HEADERS)
    for method in ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]:
        for path in ["/v1/messages/a", "/v1/messages", "/v1/nowhere"]:
            yield (method, path, JSON, "")
    for kind in ["application/json; charset=utf-8", "text/plain", "application/x-www-form-urlencoded", "", "application/xml"]:
        yield ("POST", "/v1/messages", {"content-type": kind} if kind else {}, "{}")
    yield ("POST", "/v1/messages", JSON | {"content-encoding": "gzip"}, "{}")
    yield ("POST", "/v1/messages", JSON | {"te": "trailers"}, "{}")
    for body in ["", "{}", '{"count":1}', '{"name":"a"}', '{"name":"b"}', "null", "[]"]:
        yield ("POST", "/v1/messages/a:run", JSON, body)
        yield ("PUT", "/v1/messages/a/part", JSON, body.replace("count", "size"))
        yield ("PATCH", "/v1/parts/a", JSON, body.replace("count", "size"))
    yield ("POST", "/v1/messages/a:run?count=1", JSON, "{}")
    yield ("POST", "/v1/messages/a:run?name=b", JSON, "{}")
    yield ("PUT", "/v1/messages/a/part?count=1", JSON, "{}")
    yield ("PUT", "/v1/messages/a/part?part.size=1", JSON, '{"name":"x"}')
    yield ("PUT", "/v1/messages/a/part?name=b", JSON, "{}")
    yield ("PATCH", "/v1/parts/a?updateMask=size", JSON, '{"size":1,"inner":{"size":2}}')
    yield ("PATCH", "/v1/parts/a", JSON, '{"size":1,"inner":{"size":2}}')
    yield ("PATCH", "/v1/parts/a", JSON, '{"inner":null}')
    yield ("DELETE", "/v1/messages/a?count=1", {}, "")
    yield ("DELETE", "/v1/messages/a", JSON, "{}")
    for code in range(0, 18):
        yield get(f"/v1/errors/{code}?message=m&detail=true")
    yield get('/v1/errors/5?message=%22%0A%E2%82%AC')
    for query in ["count=0", "count=1", "count=3", "count=0&flag=true", "count=2&flag=true", "count=x"]:
        yield get(f"/v1/watch?{query}")
        yield get(f"/v1/watch?{query}", {"accept": "text/event-stream"})
    for body in ["", "{}", '{"count":1}{"count":2}', '{"count":1}\n{"count":2}\n', '[{"count":1},{"count":2}]', "[]", "{", '{"count":"x"}']:
        yield ("POST", "/v1/collect", JSON, body)


if __name__ == "__main__":
    print(json.dumps(list(requests()), indent=1))
