// A client of the example, typed by what openapi-typescript makes of its document. It is compiled, and must not compile
// with a misspelt field or path. Then it calls the inventory at the URL of its argument.
import createClient from "openapi-fetch";
import type { components, paths } from "./example";

declare const process: { argv: string[] };

const client = createClient<paths>({ baseUrl: process.argv[2] });

async function stock(productId: string): Promise<string | undefined> {
  const { data, error } = await client.GET("/v1/inventory/{product_id}/stock", {
    params: { path: { product_id: productId } },
  });
  return error ? error.message : data.stock?.productId;
}

async function reserve(request: components["schemas"]["ReserveItemsRequest"]) {
  return client.POST("/v1/reservations", { body: request });
}

async function release(reservationId: string) {
  const path = { reservation_id: reservationId };
  return client.POST("/v1/reservations/{reservation_id}:release", { params: { path }, body: {} });
}

function check(what: string, holds: boolean, found: unknown) {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(found)}`);
}

const unknown = await stock("tea/green");
check("an error has a message", unknown === "no such product was ever counted", unknown);

const invalid = await reserve({ orderId: "", items: [] });
check("an invalid request has the status 400", invalid.response.status === 400, invalid);
check("an error has details", JSON.stringify(invalid.error?.details).includes("order_id"), invalid.error);

const released = await release("7");
check("a reservation is released", released.data?.reservation?.reservationId === "7", released);
console.log("typescript: 4 passed, 0 failed");

// @ts-expect-error: there is no such path.
export const wrongPath = () => client.GET("/v1/inventories");

// @ts-expect-error: there is no such field.
export const wrongField: components["schemas"]["ReserveItemsRequest"]["noSuchField"] = undefined;
