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
      .replace(/\/charte\/actes\/[a-z-]+/, "/charte/actes/ACTE")
      .replace(/\/charte\/versions\/\d+/, "/charte/versions/N")
      .replace(/\/parametres\/CODE\/[a-z_0-9]+/, "/parametres/CODE/NOM")
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

test("an anomaly is reached, ticked and justified by the keyboard alone", async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.goto(`${region.url}/a-faire`);
  const held = async () => page.evaluate(() => document.activeElement.closest("tr")?.rowIndex ?? 0);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  assert.equal(await held(), 2);
  await page.keyboard.press("k");
  assert.equal(await held(), 1);
  await page.keyboard.press("x");
  assert.equal(await page.locator("tbody input:checked").count(), 1);
  await page.keyboard.press("x");
  assert.equal(await page.locator("tbody input:checked").count(), 0);
  // The letter ticks the line, chooses the act, and goes where the reason is written.
  await page.keyboard.press("e");
  assert.equal(await page.locator("tbody input:checked").count(), 1);
  assert.ok(await page.locator("#acte-justifier").isChecked());
  await page.keyboard.type("Ajouté au clavier, avec un j et un x");
  const next = new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10);
  await page.fill("#jusqu_au", next);
  await page.keyboard.press("Enter");
  await page.waitForURL(/faites=1/);
  assert.match(await page.locator("[role=status]").innerText(), /1\s+anomalie modifiée/);
  await page.goto(`${region.url}/a-faire?conseiller=*&etat=justifiee`);
  await page.keyboard.press("j");
  await page.keyboard.press("o");
  await page.waitForURL(/\/a-faire\/[^?]+\/[^?]+\//);
  assert.match(await page.locator("main").innerText(), /Ajouté au clavier, avec un j et un x/);
  await context.close();
});

test("a list of things to do is whole without JavaScript", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${region.url}/a-faire`);
  await page.check("tbody tr:nth-child(2) input[type=checkbox]");
  await page.check("#acte-a_verifier");
  await page.click("#actes button[type=submit]");
  assert.match(await page.locator("[role=status]").innerText(), /1\s+anomalie modifiée/);
  await context.close();
});
