"""Calls the fake server with grpcio and generated stubs."""

import os

import grpc
from inventory.v1 import inventory_pb2 as pb
from inventory.v1 import inventory_pb2_grpc as stubs

with grpc.insecure_channel(os.environ["ADDRESS"]) as channel:
    inventory = stubs.InventoryServiceStub(channel)
    assert inventory.CheckStock(pb.CheckStockRequest(product_id="tea")).stock.available == 7
    try:
        inventory.CheckStock(pb.CheckStockRequest(product_id="none"))
        raise AssertionError("the call does not fail")
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.NOT_FOUND and error.details() == "no such product", error
    levels = [it.stock.available for it in inventory.WatchStockLevels(pb.WatchStockLevelsRequest())]
    assert levels == [7, 6], levels
    inventory.UploadTelemetry(iter([pb.UploadTelemetryRequest(product_id="tea"), pb.UploadTelemetryRequest(product_id="cup")]))
print("python: 4 calls")
