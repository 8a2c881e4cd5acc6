"""What a server takes or refuses, and the documents do not say: unknown fields, `null`, and enums as numbers.

A document allows further fields, because clients must ignore fields that a later version adds. A server refuses those that it
does not know. As the JSON mapping of protobuf says, it reads `null` as the absence of a field, and enums also by their numbers.
"""

import schemathesis

NULL = {"type": "null"}
NUMBER = {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}


@schemathesis.hook
def before_load_schema(context, raw_schema):
    for schema in list(schemas(raw_schema)):
        if "enum" in schema:
            names = dict(schema)
            schema.clear()
            schema["anyOf"] = [names, NUMBER]
        else:
            schema.setdefault("additionalProperties", False)
            required, properties = schema.get("required", []), schema["properties"]
            for name in properties.keys() - required:
                properties[name] = {"anyOf": [properties[name], NULL]}


def schemas(node):
    """The schemas of messages and enums, the outer one first."""
    if isinstance(node, dict):
        if node.get("type") == "object" and "properties" in node or node.get("type") == "string" and "enum" in node:
            yield node
        node = list(node.values())
    for child in node if isinstance(node, list) else []:
        yield from schemas(child)
