// Node.js' grpc-js against the inventory of the example: what any client of gRPC may expect of a server.
"use strict";

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const { randomUUID } = require("node:crypto");
const { once } = require("node:events");
const { createInterface } = require("node:readline");
const { after, before, test } = require("node:test");

const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

// Long enough for any machine; nothing waits for it unless it fails.
const PATIENCE = 30_000;

const options = { includeDirs: ["proto"], longs: Number, enums: String, defaults: true };
const { InventoryService } = grpc.loadPackageDefinition(loader.loadSync("inventory/v1/inventory.proto", options)).inventory.v1;

let node;
let client;

const deadline = () => Date.now() + PATIENCE;

// Calls a method with one request and gives the response; fails with the error of the call.
const call = (method, request, metadata = new grpc.Metadata(), options = { deadline: deadline() }) =>
    new Promise((resolve, reject) => {
        client[method](request, metadata, options, (error, response) => (error ? reject(error) : resolve(response)));
    });

const upload = (readings) =>
    new Promise((resolve, reject) => {
        const answered = (error, response) => (error ? reject(error) : resolve(response));
        const stream = client.UploadTelemetry(new grpc.Metadata(), { deadline: deadline() }, answered);
        readings.forEach((reading) => stream.write(reading));
        stream.end();
    });

const count = (productId, onHand) => upload([{ sensorId: "node", productId, onHand }]);

const fails = (code, promise) => assert.rejects(promise, (error) => error.code === code || assert.fail(String(error)));

before(async () => {
    const parameters = ["--listen=127.0.0.1:0", "--database=:memory:", "--stop-with-stdin"];
    node = spawn(process.env.INVENTORY, parameters, { stdio: ["pipe", "pipe", "inherit"] });
    const [line] = await once(createInterface({ input: node.stdout }), "line");
    client = new InventoryService(line.split("http://")[1], grpc.credentials.createInsecure());
});

after(() => {
    node.kill();
    client.close();
});

test("unary", async () => {
    const productId = randomUUID();
    await count(productId, 7);
    const { stock } = await call("CheckStock", { productId });
    assert.deepEqual([stock.productId, stock.available, stock.reserved], [productId, 7, 0]);
});

test("client stream", async () => {
    const productId = randomUUID();
    const { accepted, skipped } = await upload(Array.from({ length: 300 }, (_, onHand) => ({ productId, onHand })));
    assert.equal(accepted + skipped, 300);
    assert.deepEqual(await upload([]), { accepted: 0, skipped: 0 });
});

test("server stream", async () => {
    const productId = randomUUID();
    await count(productId, 1);
    const levels = client.WatchStockLevels({ productIds: [productId] }, { deadline: deadline() });
    const messages = levels[Symbol.asyncIterator]();
    for (const available of [1, 2]) {
        assert.equal((await messages.next()).value.stock.available, available);
        await count(productId, available + 1);
    }
    levels.cancel();
    await assert.rejects(async () => {
        while (!(await messages.next()).done);
    }, { code: grpc.status.CANCELLED });
});

test("errors have codes and details", async () => {
    const productId = randomUUID();
    await count(productId, 1);
    const items = [{ productId, quantity: 5 }];
    await assert.rejects(call("ReserveItems", { orderId: "order-1", items }), (error) => {
        assert.equal(error.code, grpc.status.FAILED_PRECONDITION);
        assert.ok(error.metadata.get("grpc-status-details-bin")[0].includes("inventory.v1.StockError"));
        return true;
    });
    await fails(grpc.status.NOT_FOUND, call("CheckStock", { productId: randomUUID() }));
    await fails(grpc.status.INVALID_ARGUMENT, call("CheckStock", {}));
});

test("deadlines", async () => {
    const levels = client.WatchStockLevels({ productIds: ["none"] }, { deadline: Date.now() + 200 });
    const error = await new Promise((resolve) => levels.on("error", resolve).resume());
    assert.equal(error.code, grpc.status.DEADLINE_EXCEEDED);
});

test("metadata", async () => {
    const productId = randomUUID();
    await count(productId, 1);
    const metadata = new grpc.Metadata();
    metadata.add("x-caller", "node");
    metadata.add("x-trace-bin", Buffer.from([0, 255]));
    assert.equal((await call("CheckStock", { productId }, metadata)).stock.available, 1);
});

test("messages that are too large", async () => {
    await fails(grpc.status.RESOURCE_EXHAUSTED, call("CheckStock", { productId: "x".repeat(5 << 20) }));
});

test("many calls at once", async () => {
    const productId = randomUUID();
    await count(productId, 1);
    const stocks = await Promise.all(Array.from({ length: 200 }, () => call("CheckStock", { productId })));
    assert.ok(stocks.every(({ stock }) => stock.available === 1));
});

test("names that there are none", async () => {
    const unknown = (path) =>
        new Promise((resolve, reject) => {
            const bytes = (value) => value;
            const answered = (error, response) => (error ? reject(error) : resolve(response));
            client.makeUnaryRequest(path, bytes, bytes, Buffer.alloc(0), answered);
        });
    await fails(grpc.status.UNIMPLEMENTED, unknown("/inventory.v1.InventoryService/NoSuch"));
    await fails(grpc.status.UNIMPLEMENTED, unknown("/no.such.Service/Call"));
});

test("a gzip request", async () => {
    const productId = randomUUID();
    await count(productId, 1);
    const { gzip } = grpc.compressionAlgorithms;
    const compressed = new InventoryService(client.getChannel().getTarget(), grpc.credentials.createInsecure(), {
        "grpc.default_compression_algorithm": gzip,
    });
    const stock = new Promise((resolve, reject) => {
        compressed.CheckStock({ productId }, (error, response) => (error ? reject(error) : resolve(response.stock)));
    });
    assert.equal((await stock).available, 1);
    compressed.close();
});
