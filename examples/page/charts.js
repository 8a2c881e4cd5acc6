// Charts, maps and waterfalls as SVG.

const NAMESPACE = "http://www.w3.org/2000/svg";

export function svg(name, attributes, ...children) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export function map(target, couriers, destinations) {
  const x = (longitude) => 200 + (longitude - 5.324) * 9000;
  const y = (latitude) => 130 - (latitude - 60.392) * 6500;
  const goals = destinations.map((at) =>
    svg("rect", { x: x(at.longitude) - 3, y: y(at.latitude) - 3, width: 6, height: 6, class: "client" }));
  const dots = couriers.flatMap((courier) => [
    svg("circle", { cx: x(courier.longitude), cy: y(courier.latitude), r: 6, class: `courier ${courier.doing}` }),
    svg("text", { x: x(courier.longitude) + 8, y: y(courier.latitude) + 4 }, courier.id.replace("courier-", "")),
  ]);
  target.replaceChildren(...goals, ...dots);
}

/// A sample is a rate, a median and a 99th percentile in milliseconds.
export function chart(name, samples) {
  const rates = samples.map(([calls]) => calls), slow = samples.map(([, , millis]) => millis);
  const most = Math.max(1, ...rates), longest = Math.max(1, ...slow);
  const bars = rates.map((rate, index) =>
    svg("rect", { x: index * 5, y: 60 - (rate / most) * 56, width: 4, height: (rate / most) * 56, class: "rate" }));
  const points = slow.map((millis, index) => `${index * 5 + 2},${60 - (millis / longest) * 56}`).join(" ");
  const label = `${name}: ${Math.round(rates.at(-1) ?? 0)} calls a second, at most ${Math.round(slow.at(-1) ?? 0)} ms`;
  const drawing = svg("svg", { viewBox: "0 0 300 62", role: "img", "aria-label": label }, ...bars,
    svg("polyline", { points, class: "slow" }));
  return figure(drawing, label);
}

export function waterfall({ id, calls }) {
  const sorted = [...calls].sort((one, other) => one.begin - other.begin);
  const begin = sorted[0].begin;
  const end = Math.max(...sorted.map((call) => call.begin + call.duration));
  const scale = 380 / Math.max(1, end - begin);
  const rows = sorted.flatMap((call, row) => {
    const left = 300 + (call.begin - begin) * scale, y = row * 16 + 3;
    const kind = call.code === "OK" ? call.side : "failed";
    const bar = svg("rect", { x: left, y, width: Math.max(2, call.duration * scale), height: 9, class: kind });
    const text = svg("text", { x: 4, y: y + 9 }, `${call.process} ${call.side === "server" ? "serves" : "calls"} ${call.method.split(".").at(-1)}`);
    if (call.deadline === null) return [bar, text];
    const until = Math.min(680, left + call.deadline * scale);
    const line = svg("line", { x1: left, x2: until, y1: y + 11, y2: y + 11, class: "deadline" });
    const left_over = svg("text", { x: 690, y: y + 9 }, `${Math.round(call.deadline)} ms`);
    return [bar, text, line, left_over];
  });
  const label = `Trace ${id.slice(0, 8)}: ${sorted.length} calls in ${(end - begin).toFixed(1)} ms`;
  return figure(svg("svg", { viewBox: `0 0 740 ${sorted.length * 16 + 4}`, role: "img", "aria-label": label }, ...rows), label);
}

function figure(drawing, label) {
  const element = document.createElement("figure"), caption = document.createElement("figcaption");
  caption.textContent = label;
  element.append(caption, drawing);
  return element;
}
