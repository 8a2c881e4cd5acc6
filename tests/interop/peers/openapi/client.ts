// A client of the example, typed by what openapi-typescript makes of its document. It is compiled, and must not compile
// with a misspelt field or path.
import createClient from "openapi-fetch";
import type { components, paths } from "./example";

const client = createClient<paths>({ baseUrl: "http://localhost:8080" });

export async function stock(productId: string): Promise<string | undefined> {
  const { data, error } = await client.GET("/v1/inventory/{product_id}/stock", {
    params: { path: { product_id: productId } },
  });
  return error ? error.message : data.stock?.productId;
}

export async function reserve(request: components["schemas"]["ReserveItemsRequest"]) {
  return client.POST("/v1/reservations", { body: request });
}

// @ts-expect-error: there is no such path.
export const wrongPath = client.GET("/v1/inventories");

// @ts-expect-error: there is no such field.
export const wrongField: components["schemas"]["ReserveItemsRequest"]["noSuchField"] = undefined;
