// Every page, as people meet it: wide and narrow, light and dark, printed; with nothing that a
// checker of accessibility finds, and nothing that overflows.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, violations } from "./navigateur.mjs";
import { serveRegion } from "./serveur.mjs";

let browser;
let region;
before(async () => {
  region = await serveRegion();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await region?.stop();
});

/** One page of each kind, found by following the links from the home page. */
async function pagesOfEachKind() {
  const page = await browser.newPage();
  const kinds = new Map();
  const met = new Set();
  const queue = ["/"];
  while (queue.length > 0) {
    const path = queue.shift();
    const kind = path
      .split("?")[0]
      .replace(/\/[A-Z]{2,5}-[A-Z0-9]+/, "/CODE")
      .replace(/\/\d{5}S\d\d/, "/CENTRE")
      .replace(/\/a-faire\/CENTRE\/CODE\/.*/, "/a-faire/CENTRE/CODE/OBJET")
      .replace(/conseillers\/[^/]+/, "conseillers/C")
      .replace(/\/\d{8}-[^/]+/, "/IMPORT");
    if (met.has(kind)) continue;
    met.add(kind);
    const answer = await page.request.get(region.url + path);
    assert.equal(answer.status(), 200, path);
    if (!(answer.headers()["content-type"] ?? "").startsWith("text/html")) continue;
    kinds.set(kind, path);
    for (const [, href] of (await answer.text()).matchAll(/<a [^>]*href="([^"]+)/g)) {
      const link = href.replaceAll("&amp;", "&").replaceAll("&#38;", "&").split("#")[0];
      if (link.startsWith("/")) queue.push(link);
    }
  }
  await page.close();
  return kinds;
}

test("every kind of page passes axe, fits 320 px and 1440 px, in light, dark and print", async () => {
  const kinds = await pagesOfEachKind();
  assert.ok(kinds.size >= 10, [...kinds.keys()].join(" "));
  const faults = [];
  for (const [kind, path] of kinds) {
    for (const [width, colorScheme] of [[1440, "light"], [320, "light"], [1440, "dark"]]) {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
      const page = await context.newPage();
      await page.goto(region.url + path);
      const where = `${kind} (${path}) ${width}px ${colorScheme}`;
      faults.push(...(await violations(page)).map((fault) => `${where}: ${fault}`));
      const overflow = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
      if (overflow > 0) faults.push(`${where}: overflows by ${overflow} px`);
      if (width === 1440 && colorScheme === "light") {
        await page.emulateMedia({ media: "print" });
        const nav = await page.locator("header nav").isVisible();
        if (nav) faults.push(`${where}: the navigation is printed`);
      }
      await context.close();
    }
  }
  assert.deepEqual(faults, []);
});

test("the keyboard alone goes from the home page to a rule and its list", async () => {
  const page = await browser.newPage();
  await page.goto(region.url);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Aller au contenu");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "contenu");
  // On through the content, until a rule of the top list has the focus.
  for (let step = 0; step < 80; step += 1) {
    await page.keyboard.press("Tab");
    const href = await page.evaluate(() => document.activeElement.getAttribute("href") ?? "");
    if (/^\/controles\/[A-Z]+-\d+/.test(href)) break;
  }
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(outline, "none", "the focus is seen");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  assert.match(new URL(page.url()).pathname, /^\/controles\/[A-Z]+-\d+/);
  assert.ok(await page.locator("table").first().isVisible());
  await page.close();
});

test("no page asks anything of another machine", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const foreign = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(region.url) && !request.url().startsWith("data:")) {
      foreign.push(request.url());
    }
  });
  const refused = [];
  page.on("console", (message) => {
    if (message.type() === "error") refused.push(message.text());
  });
  for (const path of ["/", "/imports", "/controles", "/indicateurs", "/indicateurs/PAC-P", "/centres"]) {
    await page.goto(region.url + path);
  }
  assert.deepEqual(foreign, []);
  assert.deepEqual(refused, []);
  await context.close();
});
