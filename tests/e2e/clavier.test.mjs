// Twenty things to do, cleared by the keyboard alone: next, open, assign, justify, mark, done. The focus is
// never lost from one act to the next, and the same acts are there without JavaScript.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./navigateur.mjs";
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

/** Rank of the line that has the focus, 0 when none has. */
const held = (page) => page.evaluate(() => document.activeElement.closest("tbody tr")?.rowIndex ?? 0);
/** How many answer a filter, as the page says. */
async function count(page, etat) {
  await page.goto(`${region.url}/a-faire?conseiller=*&etat=${etat}`);
  const said = await page.locator(".chapeau").innerText();
  return Number(/: ([\d\u202f]+)/.exec(said)[1].replaceAll("\u202f", ""));
}
/** A day to come whose day and month are the same number: typed alike in every language. */
function soon() {
  const now = new Date(Date.now() + 20 * 86_400_000);
  for (let add = 0; ; add += 1) {
    const at = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + add, 1));
    const month = at.getUTCMonth() + 1;
    const day = new Date(Date.UTC(at.getUTCFullYear(), month - 1, month));
    if (day > now) return `${String(month).padStart(2, "0").repeat(2)}${day.getUTCFullYear()}`;
  }
}

test("twenty things to do are cleared without the mouse, and the focus is never lost", async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "fr-FR" });
  const page = await context.newPage();
  const justified = await count(page, "justifiee");
  const marked = await count(page, "a_verifier");
  await page.goto(`${region.url}/a-faire?conseiller=*`);
  assert.ok((await page.locator("table[data-clavier] tbody tr").count()) >= 30);
  await page.keyboard.press("j");
  assert.equal(await held(page), 1);
  const said = async () => {
    await page.waitForSelector("[role=status]");
    assert.match(await page.locator("[role=status]").innerText(), /1\s+anomalie modifiée/);
  };
  let row = 1;
  for (let done = 0; done < 20; done += 1) {
    const act = ["justifier", "verifier", "assigner", "ouvrir"][done % 4];
    const at = await page.locator("table[data-clavier] tbody tr").nth(row - 1).innerText();
    if (act === "justifier") {
      await page.keyboard.press("e");
      await page.keyboard.type(`Vu avec le jeune, dossier complet, jour ${done}`);
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate(() => document.activeElement.id), "jusqu_au");
      await page.keyboard.type(soon());
      await page.keyboard.press("Control+Enter");
      await page.waitForURL(/faites=1/);
      await said();
      // It left the list: the next one has its place, and the focus.
      assert.equal(await held(page), row);
      assert.notEqual(await page.locator("table[data-clavier] tbody tr").nth(row - 1).innerText(), at);
    } else if (act === "verifier") {
      await page.keyboard.press("v");
      assert.equal(await page.evaluate(() => document.activeElement.type), "submit");
      await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
      await said();
      assert.equal(await held(page), row);
      await page.keyboard.press("j");
      row += 1;
    } else if (act === "assigner") {
      await page.keyboard.press("a");
      assert.equal(await page.evaluate(() => document.activeElement.id), "a");
      await page.keyboard.press("ArrowDown");
      assert.notEqual(await page.evaluate(() => document.activeElement.value), "");
      await Promise.all([page.waitForEvent("load"), page.keyboard.press("Control+Enter")]);
      await said();
      assert.equal(await held(page), row);
      await page.keyboard.press("j");
      row += 1;
    } else {
      await page.keyboard.press("o");
      await page.waitForURL(/\/a-faire\/[^?]+\/[^?]+\//);
      await page.keyboard.press("c");
      await page.keyboard.type("Rendez-vous pris, avec un j, un k et un o");
      await Promise.all([page.waitForURL(/faites=1/), page.keyboard.press("Enter")]);
      await said();
      assert.match(await page.locator("main").innerText(), /avec un j, un k et un o/);
      await page.keyboard.press("l");
      await page.waitForSelector("table[data-clavier]");
      await page.waitForFunction((row) => document.activeElement.closest("tbody tr")?.rowIndex === row, row);
      await page.keyboard.press("j");
      row += 1;
    }
    assert.equal(await held(page), row, `${act}, ${done}`);
  }
  assert.equal(await count(page, "justifiee"), justified + 5);
  assert.equal(await count(page, "a_verifier"), marked + 5);
  await context.close();
});

test("the same acts are done by the keyboard where there is no JavaScript", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const before = await count(page, "a_verifier");
  await page.goto(`${region.url}/a-faire?conseiller=*&etat=nouvelle`);
  if ((await page.locator("table[data-clavier]").count()) === 0) {
    await page.goto(`${region.url}/a-faire?conseiller=*&etat=premiere_vue`);
  }
  // Those that nobody has marked yet: the test before may have.
  const unmarked = page.locator("tbody tr").filter({ hasNotText: "À vérifier" });
  for (const rank of [0, 1]) await unmarked.nth(rank).locator("input[type=checkbox]").press("Space");
  await page.locator("#acte-a_verifier").press("Space");
  await page.locator("#actes button[type=submit]").press("Enter");
  await page.waitForURL(/faites=2/);
  assert.match(await page.locator("[role=status]").innerText(), /2\s+anomalies modifiées/);
  assert.equal(await count(page, "a_verifier"), before + 2);
  // One is opened, and justified, from link to link.
  await page.goto(`${region.url}/a-faire?conseiller=*`);
  await page.locator("tbody th a").nth(3).press("Enter");
  await page.waitForURL(/\/a-faire\/[^?]+\/[^?]+\//);
  await page.locator("#acte-commenter").press("Space");
  await page.locator("#texte").pressSequentially("Sans script");
  await page.locator("#texte").press("Enter");
  await page.waitForURL(/faites=1/);
  assert.match(await page.locator("main").innerText(), /Sans script/);
  await context.close();
});

test("from the page of an anomaly one goes to the next, and comes back to the line of that one", async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.goto(`${region.url}/a-faire?conseiller=*`);
  // The number of the dossier at hand, ready for I-MILO.
  const numbers = await page.locator("tbody .copie").allInnerTexts();
  for (const key of ["j", "n"]) await page.keyboard.press(key);
  assert.equal(await page.evaluate(() => window.getSelection().toString()), numbers[0]);
  const links = await page.locator("tbody th a").evaluateAll((all) => all.map((a) => a.pathname));
  const at = (rank) => page.waitForURL((url) => url.pathname === links[rank - 1]);
  for (const key of ["j", "o"]) await page.keyboard.press(key);
  await at(2);
  await page.keyboard.press("j");
  await at(3);
  await page.keyboard.press("j");
  await at(4);
  await page.keyboard.press("k");
  await at(3);
  // What is being written is not a key.
  await page.keyboard.press("c");
  await page.keyboard.type("jj");
  assert.equal(await page.inputValue("#texte"), "jj");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("l");
  await page.waitForSelector("table[data-clavier]");
  await page.waitForFunction(() => document.activeElement.closest("tbody tr")?.rowIndex === 3);
  await context.close();
});
