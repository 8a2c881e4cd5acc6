// The page of the demo in a headless Chromium. CHROMIUM and DEMO are the programs.
"use strict";

const { spawn } = require("node:child_process");
const { readFileSync } = require("node:fs");
const puppeteer = require("puppeteer-core");

// Long enough for any machine; nothing waits for it unless it fails.
const PATIENCE = 60_000;
let passed = 0, failed = 0;

function check(what, holds, found = "") {
    if (holds) passed += 1;
    else failed += 1;
    console.log(`   ${holds ? "ok    " : "FAILED"} ${what}${holds ? "" : `: ${found}`}`);
}

/// Starts the demo, and returns the URL of its page.
function start() {
    const demo = spawn(process.env.DEMO, [], { stdio: ["ignore", "pipe", "inherit"] });
    return new Promise((resolve, reject) => {
        let text = "";
        demo.stdout.on("data", (data) => {
            text += data;
            const url = /http:\/\/\S+#control=\S+/.exec(text);
            if (url) resolve([demo, url[0]]);
        });
        demo.on("exit", () => reject(new Error(`the demo has ended:\n${text}`)));
    });
}

const text = (page, selector) => page.$eval(selector, (element) => element.textContent);

async function waits(page, what, selector, pattern) {
    const found = (selector, source) => new RegExp(source).test(document.querySelector(selector)?.textContent ?? "");
    const held = await page.waitForFunction(found, { timeout: PATIENCE }, selector, pattern.source).then(() => true, () => false);
    check(what, held, await text(page, selector));
}

async function order(page) {
    await page.select("#product", "tea");
    await page.click("#order button");
}

const act = (page, action, service) => page.click(`button[aria-label="${action}: ${service}"]`);

async function axe(page, scheme) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    const found = violations.map((it) => `${it.id} at ${it.nodes.map((node) => node.target.join(" ")).join(", ")}`);
    check(`axe-core finds no violation (${scheme})`, found.length === 0, found.join("; "));
}

async function visit(page, url, screenshot) {
    await page.setViewport({ width: 1280, height: 1500 });
    await page.goto(url);
    await waits(page, "the page loads", "#status", /All services are up/);
    await waits(page, "it shows the stock", "#stock", /tea/);
    await waits(page, "it shows couriers", "#couriers", /courier-6/);
    await order(page);
    await waits(page, "an order is placed and arrives", "#updates", /delivered|failed/);
    await waits(page, "traces are shown", "#traces", /Trace/);
    const bars = await page.$$eval("#traces rect", (elements) => elements.length);
    check("a trace has several calls", bars > 3, bars);
    await page.addScriptTag({ content: readFileSync(require.resolve("axe-core/axe.min.js"), "utf8") });
    await axe(page, "dark");
    await axe(page, "light");
    if (screenshot) await page.screenshot({ path: screenshot });

    await act(page, "Stop", "dispatch");
    await waits(page, "an outage is shown", "#status", /Degraded: dispatch/);
    await order(page);
    await waits(page, "an order waits meanwhile", "#updates", /reserved/);
    await act(page, "Start", "dispatch");
    await waits(page, "the recovery is shown", "#status", /All services are up/);
    await waits(page, "and the order arrives", "#updates", /delivered|failed|cancelled/);
}

async function main() {
    const [demo, url] = await start();
    const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
    try {
        const page = await browser.newPage();
        // axe-core is not of the page, whose policy forbids scripts of others.
        await page.setBypassCSP(true);
        const errors = [];
        page.on("pageerror", (error) => errors.push(error.message));
        page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
        await visit(page, url, process.argv[2]);
        check("the console has no error", errors.length === 0, errors.join("; "));
    } finally {
        await browser.close();
        const ended = new Promise((resolve) => demo.on("exit", resolve));
        demo.kill();
        await ended;
    }
    console.log(`${passed} passed, ${failed} failed`);
    process.exit(failed === 0 ? 0 : 1);
}

main();
