// The page uses the public API with the token of a customer, and the control API of the demo.

import { chart, map, waterfall } from "/charts.js";

const parameters = new URLSearchParams(location.hash.slice(1));
const control = `http://127.0.0.1:${parameters.get("control")}/demo`;
const demo = (path, options = {}) =>
  fetch(`${control}/${path}`, { ...options, headers: { "x-demo-key": parameters.get("key") ?? "" } });
const by = (id) => document.getElementById(id);
let session;

const api = (path, options = {}) =>
  fetch(path, { ...options, headers: { authorization: `Bearer ${session.token}`, "content-type": "application/json", ...options.headers } });

function item(name, text, kind = "") {
  const element = document.createElement(name);
  element.textContent = text;
  if (kind) element.className = kind;
  return element;
}

function row(...cells) {
  const element = document.createElement("tr");
  element.append(...cells.map((text) => item("td", text)));
  return element;
}

/// Reads server-sent events. EventSource cannot send a token.
async function* events(path) {
  const response = await api(path, { headers: { accept: "text/event-stream" } });
  if (!response.ok) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    buffer += value;
    for (let end; (end = buffer.indexOf("\n\n")) >= 0; buffer = buffer.slice(end + 2)) {
      const lines = buffer.slice(0, end).split("\n");
      if (lines.some((line) => line === "event: error")) return;
      const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join("\n");
      if (data) yield JSON.parse(data);
    }
  }
}

function log(text) {
  by("events").prepend(item("li", text));
  while (by("events").children.length > 40) by("events").lastChild.remove();
}

async function watchStock() {
  const levels = new Map();
  for (;;) {
    try {
      for await (const { stock } of events("/v1/inventory:watch")) {
        levels.set(stock.productId, stock);
        const rows = [...levels.values()].map((it) => row(it.productId, it.available ?? 0, it.reserved ?? 0, it.shipped ?? 0));
        by("stock").replaceChildren(...rows);
        log(`stock: ${stock.available ?? 0} ${stock.productId} available`);
      }
    } catch { /* The connection broke: try again. */ }
    await pause(1000);
  }
}

const pause = (millis) => new Promise((done) => setTimeout(done, millis));
const readable = (status) => status.replace("STATUS_", "").replace("_", " ").toLowerCase();

async function follow(orderId) {
  let last;
  for (let tries = 0; tries < 60 && !["delivered", "cancelled", "failed"].includes(last); tries += 1) {
    try {
      for await (const { order } of events(`/v1/orders/${orderId}/updates`)) {
        const status = readable(order.status);
        if (status === last) continue;
        last = status;
        by("updates").append(item("li", order.reason ? `${status}: ${order.reason}` : status));
        log(`your order is ${status}`);
        track(orderId);
      }
    } catch { /* The connection broke: try again. */ }
    await pause(1000);
  }
}

async function track(orderId) {
  const response = await api(`/v1/orders/${orderId}/tracking`);
  if (!response.ok) return;
  const tracked = await response.json();
  const missing = (tracked.missing ?? []).map((it) => readable(it.part.replace("PART_", "")));
  by("tracking").textContent = missing.length ? `Not known at the moment: ${missing.join(", ")}` : tracked.courier ? `Courier: ${tracked.courier.courierId}` : "";
  by("tracking").className = missing.length ? "warn" : "";
}

by("order").addEventListener("submit", async (event) => {
  event.preventDefault();
  by("updates").replaceChildren(item("li", "placing …"));
  const response = await api("/v1/orders", {
    method: "POST",
    body: JSON.stringify({
      idempotencyKey: crypto.randomUUID(),
      customerId: session.customer,
      items: [{
        productId: by("product").value,
        quantity: Number(by("quantity").value),
        unitPrice: { currencyCode: "EUR", minorUnits: by("product").selectedOptions[0].dataset.cents },
      }],
      deliveryAddress: { city: "Bergen", latitude: 60.3985, longitude: 5.318 },
    }),
  });
  const answer = await response.json();
  if (response.ok) {
    by("updates").replaceChildren();
    follow(answer.order.orderId);
  } else {
    by("updates").replaceChildren(item("li", answer.message, "bad"));
  }
});

const ACTIONS = [["kill", "Stop"], ["start", "Start"], ["slow", "Add latency"], ["break", "Add errors"], ["heal", "Heal"]];

function service({ name, up, stoppable }) {
  const element = document.createElement("li");
  element.append(item("strong", name), item("span", up ? "up" : "down", up ? "good" : "bad"));
  if (!stoppable) return element;
  for (const [action, label] of ACTIONS) {
    const button = item("button", label);
    button.setAttribute("aria-label", `${label}: ${name}`);
    button.addEventListener("click", () => demo(`services/${name}/${action}`, { method: "POST" }));
    element.append(button);
  }
  return element;
}

/// Replaces the content only if it differs, so that the focus stays where it is.
const shown = new Map();
function show(id, value, make) {
  const text = JSON.stringify(value);
  if (shown.get(id) === text) return;
  shown.set(id, text);
  by(id).replaceChildren(...value.map(make));
}

const KINDS = { closed: "good", "half open": "warn", open: "bad" };

function price(total) {
  if (!total) return "";
  const { currencyCode: currency, minorUnits = 0 } = total;
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
  return format.format(minorUnits / 10 ** format.resolvedOptions().maximumFractionDigits);
}

function draw(state) {
  const orders = state.orders ?? [];
  const open = orders.filter((order) => !/DELIVERED|CANCELLED|FAILED/.test(order.status));
  map(by("map"), state.couriers, open.map((order) => order.deliveryAddress));
  show("couriers", state.couriers.map(({ id, doing }) => `${id}: ${doing}`), (text) => item("li", text));
  show("orders", orders, (order) =>
    row(order.customerId, order.items.map((it) => `${it.quantity} ${it.productId}`).join(", "), price(order.total), readable(order.status)));
  show("services", state.services, service);
  const breakers = state.breakers.length ? state.breakers : [null];
  show("breakers", breakers, (breaker) => breaker === null ? item("li", "All are closed", "good") :
    item("li", `${breaker.process} → ${breaker.method.split(".").at(-1)}: ${breaker.state}`, KINDS[breaker.state]));
  by("charts").replaceChildren(...Object.entries(state.samples).map(([name, samples]) => chart(name, samples)));
  show("traces", state.traces, waterfall);
  const down = state.services.filter((it) => !it.up).map((it) => it.name);
  by("status").textContent = down.length ? `Degraded: ${down.join(", ")} is down` : "All services are up";
}

async function refresh() {
  for (;;) {
    try {
      draw(await (await demo("state")).json());
    } catch {
      by("status").textContent = "The demo has ended";
    }
    await pause(1000);
  }
}

try {
  session = await (await demo("session")).json();
  watchStock();
  refresh();
} catch {
  by("status").textContent = "Open the URL that the demo has printed: it has the key.";
}
