"""Creates, reads, updates, lists and deletes secrets with Google's client library, and reads the details of errors."""

import sys

from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import secretmanager_v1 as secretmanager
from google.cloud.secretmanager_v1.services.secret_manager_service import transports
from google.protobuf import field_mask_pb2

PARENT = "projects/shop"


def fails(kind, call):
    """The error of a call."""
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} expected")


def main(address):
    transport = transports.SecretManagerServiceRestTransport(
        host=address, url_scheme="http", credentials=AnonymousCredentials()
    )
    client = secretmanager.SecretManagerServiceClient(transport=transport)
    replication = {"automatic": {}}
    secret = client.create_secret(
        parent=PARENT, secret_id="db", secret={"replication": replication, "labels": {"team": "a b&c"}}
    )
    name = f"{PARENT}/secrets/db"
    assert secret.name == name and secret.labels == {"team": "a b&c"}, secret
    assert "automatic" in client.get_secret(name=name).replication
    update = {"name": name, "labels": {"team": "b"}, "version_aliases": {"live": 2**53 + 1}}
    mask = field_mask_pb2.FieldMask(paths=["labels", "version_aliases"])
    updated = client.update_secret(secret=update, update_mask=mask)
    assert updated.labels == {"team": "b"} and updated.version_aliases == {"live": 2**53 + 1}, updated
    assert [secret.name for secret in client.list_secrets(parent=PARENT)] == [name]

    error = fails(exceptions.BadRequest, lambda: client.create_secret(parent=PARENT, secret_id="a b", secret={}))
    [details] = [it for it in error.details if it["@type"].endswith("/google.rpc.BadRequest")]
    assert details["fieldViolations"][0]["field"] == "secret_id", error
    assert error.message.endswith("invalid secret_id"), error

    client.delete_secret(name=name)
    error = fails(exceptions.NotFound, lambda: client.get_secret(name=name))
    assert name in error.message, error
    fails(exceptions.NotFound, lambda: client.delete_secret(name=name))
    print("google: 7 passed, 0 failed")


if __name__ == "__main__":
    main(sys.argv[1])
