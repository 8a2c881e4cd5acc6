"""Python's grpcio against the inventory of the example: what any client of gRPC may expect of a server."""

import os
import subprocess
import sys
import unittest
import uuid

import grpc
from google.protobuf import descriptor_pool, message_factory
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_status import rpc_status

from inventory.v1 import inventory_pb2 as pb
from inventory.v1 import inventory_pb2_grpc

SERVICE = "inventory.v1.InventoryService"
# Long enough for any machine; nothing waits for it unless it fails.
PATIENCE = 30


class Node:
    """A process of the inventory that forgets everything when it stops."""

    def __init__(self):
        command = [os.environ["INVENTORY"], "--listen=127.0.0.1:0", "--database=:memory:", "--stop-with-stdin"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        address = line.strip().rpartition("http://")[2]
        if not address:
            raise RuntimeError(f"the inventory does not say where it listens, but {line!r}")
        self.channel = grpc.insecure_channel(address)
        self.stub = inventory_pb2_grpc.InventoryServiceStub(self.channel)

    def stop(self):
        """Asks the process to stop, and returns its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE)

    def close(self):
        self.channel.close()
        self.process.kill()
        self.process.communicate()

    def count(self, product, on_hand):
        """Counts in how many of a product there are."""
        reading = pb.UploadTelemetryRequest(sensor_id="python", product_id=product, on_hand=on_hand)
        return self.stub.UploadTelemetry(iter([reading]), timeout=PATIENCE)

    def reserve(self, product, quantity, key=None):
        items = [pb.Item(product_id=product, quantity=quantity)]
        request = pb.ReserveItemsRequest(idempotency_key=key or "", order_id="order-1", items=items)
        return self.stub.ReserveItems(request, timeout=PATIENCE)

    def available(self, product):
        return self.stub.CheckStock(pb.CheckStockRequest(product_id=product), timeout=PATIENCE).stock.available


class InventoryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = Node()
        cls.addClassCleanup(cls.node.close)

    def setUp(self):
        self.product = f"product-{uuid.uuid4()}"

    def fails(self, code, call):
        with self.assertRaises(grpc.RpcError) as raised:
            call()
        self.assertEqual(raised.exception.code(), code, raised.exception)
        return raised.exception

    def detail(self, error, message):
        """The one detail of an error that is of the type of `message`."""
        status = rpc_status.from_call(error)
        self.assertEqual(status.code, error.code().value[0])
        self.assertEqual(status.message, error.details())
        details = [detail for detail in status.details if detail.Is(message.DESCRIPTOR)]
        self.assertEqual(len(details), 1, status)
        details[0].Unpack(message)
        return message

    def test_unary(self):
        self.node.count(self.product, 7)
        stock = self.node.stub.CheckStock(pb.CheckStockRequest(product_id=self.product), timeout=PATIENCE).stock
        self.assertEqual((stock.product_id, stock.available, stock.reserved), (self.product, 7, 0))
        self.assertGreater(stock.update_time.seconds, 0)

    def test_client_stream(self):
        reading = pb.UploadTelemetryRequest(sensor_id="python", product_id=self.product)
        reading.read_time.GetCurrentTime()
        later = pb.UploadTelemetryRequest()
        later.CopyFrom(reading)
        later.read_time.seconds += 1
        readings = [later, reading]
        response = self.node.stub.UploadTelemetry(iter(readings), timeout=PATIENCE)
        self.assertEqual((response.accepted, response.skipped), (1, 1))

    def test_client_stream_of_nothing(self):
        response = self.node.stub.UploadTelemetry(iter([]), timeout=PATIENCE)
        self.assertEqual((response.accepted, response.skipped), (0, 0))

    def test_long_client_stream(self):
        readings = (
            pb.UploadTelemetryRequest(sensor_id="python", product_id=self.product, on_hand=count) for count in range(500)
        )
        response = self.node.stub.UploadTelemetry(readings, timeout=PATIENCE)
        self.assertEqual(response.accepted + response.skipped, 500)

    def test_server_stream(self):
        self.node.count(self.product, 1)
        request = pb.WatchStockLevelsRequest(product_ids=[self.product])
        levels = self.node.stub.WatchStockLevels(request, timeout=PATIENCE)
        self.assertEqual(next(levels).stock.available, 1)
        self.node.count(self.product, 2)
        self.assertEqual(next(levels).stock.available, 2)
        levels.cancel()
        with self.assertRaises(grpc.RpcError):
            next(levels)
        self.assertEqual(levels.code(), grpc.StatusCode.CANCELLED)

    def test_typed_detail(self):
        self.node.count(self.product, 3)
        error = self.fails(grpc.StatusCode.FAILED_PRECONDITION, lambda: self.node.reserve(self.product, 5))
        shortage = self.detail(error, pb.StockError()).shortages[0]
        self.assertEqual((shortage.product_id, shortage.requested, shortage.available), (self.product, 5, 3))

    def test_every_violation_at_once(self):
        items = [pb.Item(), pb.Item()]
        request = pb.ReserveItemsRequest(items=items)
        error = self.fails(grpc.StatusCode.INVALID_ARGUMENT, lambda: self.node.stub.ReserveItems(request))
        violations = self.detail(error, error_details_pb2.BadRequest()).field_violations
        fields = {violation.field for violation in violations}
        self.assertLessEqual({"order_id", "items[0].product_id", "items[1].product_id"}, fields)

    def test_bad_message_in_a_stream(self):
        readings = [pb.UploadTelemetryRequest(product_id=self.product, on_hand=-1)]
        self.fails(grpc.StatusCode.INVALID_ARGUMENT, lambda: self.node.stub.UploadTelemetry(iter(readings)))

    def test_not_found(self):
        error = self.fails(grpc.StatusCode.NOT_FOUND, lambda: self.node.available(self.product))
        self.assertTrue(error.details())

    def test_idempotency_key(self):
        self.node.count(self.product, 10)
        one = self.node.reserve(self.product, 4, key=self.product)
        again = self.node.reserve(self.product, 4, key=self.product)
        # A repeated request holds the items for longer, and changes nothing else.
        self.assertGreater(again.reservation.expire_time.ToNanoseconds(), one.reservation.expire_time.ToNanoseconds())
        again.reservation.expire_time.CopyFrom(one.reservation.expire_time)
        self.assertEqual(again, one)
        self.assertEqual(self.node.available(self.product), 6)
        self.fails(grpc.StatusCode.ALREADY_EXISTS, lambda: self.node.reserve(self.product, 5, key=self.product))
        request = pb.ReleaseReservationRequest(reservation_id=self.product)
        released = self.node.stub.ReleaseReservation(request, timeout=PATIENCE)
        self.assertEqual(released.reservation.state, pb.Reservation.STATE_RETURNED)
        self.assertEqual(self.node.available(self.product), 10)

    def test_deadline(self):
        levels = self.node.stub.WatchStockLevels(pb.WatchStockLevelsRequest(product_ids=[self.product]), timeout=0.2)
        self.fails(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: list(levels))
        self.node.count(self.product, 1)

    def test_metadata(self):
        self.node.count(self.product, 1)
        metadata = [("x-caller", "python"), ("x-trace-bin", bytes(range(256))), ("x-caller", "again")]
        request = pb.CheckStockRequest(product_id=self.product)
        response, call = self.node.stub.CheckStock.with_call(request, metadata=metadata, timeout=PATIENCE)
        self.assertEqual(response.stock.available, 1)
        self.assertEqual(call.code(), grpc.StatusCode.OK)

    def test_trailers_bear_the_details(self):
        error = self.fails(grpc.StatusCode.INVALID_ARGUMENT, lambda: self.node.available(""))
        trailers = dict(error.trailing_metadata())
        self.assertIn("grpc-status-details-bin", trailers)

    def test_compressed_requests(self):
        self.node.count(self.product, 1)
        request = pb.CheckStockRequest(product_id=self.product)
        gzip = grpc.Compression.Gzip
        self.assertEqual(self.node.stub.CheckStock(request, compression=gzip, timeout=PATIENCE).stock.available, 1)

    def test_message_that_is_too_large(self):
        request = pb.CheckStockRequest(product_id="x" * (5 << 20))
        self.fails(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: self.node.stub.CheckStock(request, timeout=PATIENCE))
        self.node.count(self.product, 1)

    def test_bytes_that_are_no_message(self):
        call = self.node.channel.unary_unary(f"/{SERVICE}/CheckStock")
        error = self.fails(grpc.StatusCode.INTERNAL, lambda: call(b"\xff\xff\xff", timeout=PATIENCE))
        self.assertNotIn("prost", error.details())

    def test_unknown_names(self):
        for path in (f"/{SERVICE}/NoSuch", "/no.such.Service/Call"):
            call = self.node.channel.unary_unary(path)
            self.fails(grpc.StatusCode.UNIMPLEMENTED, lambda: call(b"", timeout=PATIENCE))

    def test_many_calls_at_once(self):
        self.node.count(self.product, 1)
        request = pb.CheckStockRequest(product_id=self.product)
        calls = [self.node.stub.CheckStock.future(request, timeout=PATIENCE) for _ in range(200)]
        self.assertEqual([call.result().stock.available for call in calls], [1] * 200)

    def test_health(self):
        stub = health_pb2_grpc.HealthStub(self.node.channel)
        for service in ("", SERVICE):
            response = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=PATIENCE)
            self.assertEqual(response.status, health_pb2.HealthCheckResponse.SERVING)
        request = health_pb2.HealthCheckRequest(service="no.such.Service")
        self.fails(grpc.StatusCode.NOT_FOUND, lambda: stub.Check(request, timeout=PATIENCE))

    def test_reflection_lists_the_services(self):
        services = ProtoReflectionDescriptorDatabase(self.node.channel).get_services()
        self.assertIn(SERVICE, services)

    def test_reflection_tells_enough_to_call(self):
        """What `grpcurl` does: with no stub, by what the server says of itself."""
        self.node.count(self.product, 9)
        pool = descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(self.node.channel))
        method = pool.FindServiceByName(SERVICE).methods_by_name["CheckStock"]
        takes, returns = (message_factory.GetMessageClass(kind) for kind in (method.input_type, method.output_type))
        call = self.node.channel.unary_unary(
            f"/{SERVICE}/CheckStock",
            request_serializer=takes.SerializeToString,
            response_deserializer=returns.FromString,
        )
        self.assertEqual(call(takes(product_id=self.product), timeout=PATIENCE).stock.available, 9)


class StopTest(unittest.TestCase):
    def test_health_tells_before_the_process_stops(self):
        node = Node()
        self.addCleanup(node.close)
        stub = health_pb2_grpc.HealthStub(node.channel)
        states = stub.Watch(health_pb2.HealthCheckRequest(service=SERVICE), timeout=PATIENCE)
        self.assertEqual(next(states).status, health_pb2.HealthCheckResponse.SERVING)
        self.assertEqual(node.stop(), 0)
        self.assertEqual(next(states).status, health_pb2.HealthCheckResponse.NOT_SERVING)


def main():
    result = unittest.main(exit=False, verbosity=2).result
    failed = len(result.failures) + len(result.errors)
    print(f"python: {result.testsRun - failed} passed, {failed} failed", flush=True)
    return 1 if failed or not result.testsRun else 0


if __name__ == "__main__":
    sys.exit(main())
