// Calls the fake server with grpc-js and a contract that is loaded at run time.
"use strict";

const assert = require("node:assert");
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const options = { includeDirs: ["proto"], keepCase: true, longs: Number };
const contract = grpc.loadPackageDefinition(loader.loadSync("inventory/v1/inventory.proto", options));
const client = new contract.inventory.v1.InventoryService(process.env.ADDRESS, grpc.credentials.createInsecure());
const checkStock = (product_id) =>
  new Promise((resolve) => client.CheckStock({ product_id }, (error, response) => resolve({ error, response })));

async function main() {
  assert.strictEqual((await checkStock("tea")).response.stock.available, 7);
  assert.strictEqual((await checkStock("none")).error.code, grpc.status.NOT_FOUND);
  const levels = [];
  for await (const message of client.WatchStockLevels({})) levels.push(message.stock.available);
  assert.deepStrictEqual(levels, [7, 6]);
  console.log("node: 3 calls");
  client.close();
}

main();
