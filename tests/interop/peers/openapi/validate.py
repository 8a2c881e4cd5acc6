"""Validates OpenAPI documents: PATH..., JSON or YAML."""

import json
import sys

import yaml
from openapi_spec_validator import validate

failed = 0
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        document = json.load(file) if path.endswith(".json") else yaml.safe_load(file)
    try:
        validate(document)
    except Exception as error:  # The validator raises several kinds.
        failed += 1
        print(f"{path}: {type(error).__name__}: {str(error)[:400]}", file=sys.stderr)
print(f"openapi-spec-validator: {len(sys.argv) - 1 - failed} valid, {failed} invalid")
sys.exit(1 if failed else 0)
