// Dashboards: read, made and arranged with the keyboard, with the mouse, and without JavaScript; printed whole.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./navigateur.mjs";
import { faults } from "./regard.mjs";
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

/** Makes a dashboard from a ready-made one; the page that changes it is at hand. */
async function make(page, titre, depuis = "comite-de-pilotage") {
  await page.goto(`${region.url}/tableaux`);
  await page.fill("#titre", titre);
  await page.selectOption("#depuis", depuis);
  await page.click("text=Faire ce tableau");
  await page.waitForURL(/\/modifier\?fait=cree/);
}

/** The numbers of the blocks, in their order. */
const order = (page) => page.locator("[data-blocs] > li").evaluateAll((all) => all.map((bloc) => bloc.dataset.bloc));
/** What has the focus: the word of the button, and the block that it is in. */
const focused = (page) =>
  page.evaluate(() => [document.activeElement.value, document.activeElement.closest("[data-bloc]")?.dataset.bloc]);

test("the ready-made dashboards and the page that changes one pass axe, fit, and print whole", async () => {
  const found = [];
  const context = await browser.newContext();
  const page = await context.newPage();
  for (const code of ["direction", "referent", "charge-de-mission", "comite-de-pilotage"]) {
    await page.goto(`${region.url}/tableaux/${code}`);
    assert.ok((await page.locator(".mosaique > .bloc").count()) >= 6, code);
    found.push(...(await faults(page, code)));
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator("form.filtres").isVisible(), false, code);
    assert.ok(await page.locator("p.contexte").isVisible(), `${code}: the filters are on paper`);
    const cut = await page.locator(".mosaique > .bloc").first().evaluate((bloc) => getComputedStyle(bloc).breakInside);
    assert.equal(cut, "avoid");
    await page.emulateMedia({ media: null });
  }
  await make(page, "Regardé");
  found.push(...(await faults(page, "edition")));
  assert.deepEqual(found, []);
  await context.close();
});

test("blocks are put in order by the keyboard: the focus stays on the block, its place is announced", async () => {
  const page = await browser.newPage();
  await make(page, "Au clavier");
  const before = await order(page);
  await page.locator(`[data-bloc="${before[2]}"] button[value=monter]`).focus();
  await page.keyboard.press("Enter");
  const live = page.locator("[aria-live=polite]");
  await page.waitForFunction(() => document.querySelector("[aria-live=polite]").textContent.includes("position 2 sur"));
  assert.deepEqual(await focused(page), ["monter", before[2]]);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("[aria-live=polite]").textContent.includes("position 1 sur"));
  // Nothing is above the first: the focus goes on to the other button of the same block.
  assert.deepEqual(await focused(page), ["descendre", before[2]]);
  assert.equal((await live.count()) && (await order(page))[0], before[2]);
  // What is being typed elsewhere is still there, and is written over the right version.
  await page.fill("#description", "Tapé avant de ranger");
  await page.locator(`[data-bloc="${before[2]}"] button[value=descendre]`).press("Enter");
  await page.waitForFunction(() => document.querySelector("[aria-live=polite]").textContent.includes("position 2 sur"));
  assert.equal(await page.inputValue("#description"), "Tapé avant de ranger");
  await page.click("text=Enregistrer l'en-tête");
  await page.waitForURL(/fait=entete/);
  assert.equal(await page.inputValue("#description"), "Tapé avant de ranger");
  assert.equal((await order(page))[1], before[2]);
  await page.close();
});

test("a block is dragged by its handle, and stays there", async () => {
  const page = await browser.newPage();
  await make(page, "À la souris");
  const before = await order(page);
  // As a hand does: taken by the handle, moved, let go on the block whose place it takes.
  await page.locator(`[data-bloc="${before[1]}"] .poignee-bloc`).hover();
  await page.mouse.down();
  const at = await page.locator(`[data-bloc="${before[3]}"] h3`).boundingBox();
  await page.mouse.move(at.x + 10, at.y + 5, { steps: 10 });
  await page.mouse.move(at.x + 14, at.y + 8, { steps: 3 });
  await page.mouse.up();
  await page.waitForFunction(() => document.querySelector("[aria-live=polite]").textContent.includes("position 4 sur"));
  const moved = await order(page);
  assert.deepEqual(moved, [before[0], before[2], before[3], before[1], ...before.slice(4)]);
  await page.reload();
  assert.deepEqual(await order(page), moved);
  await page.close();
});

test("without JavaScript a dashboard is made, arranged, read and taken away", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await make(page, "Sans script", "");
  await page.selectOption("#indicateur-sujet", "PAC-P");
  await page.selectOption("#indicateur-genre", "tendance");
  await page.locator("form[aria-labelledby=ajout-indicateur] button").press("Enter");
  await page.waitForURL(/fait=ajouter/);
  await page.fill("#texte", "Un mot d'abord\n\nEt la suite");
  await page.locator("form[aria-labelledby=ajout-texte] button").press("Enter");
  await page.waitForURL(/bloc=2/);
  await page.locator('[data-bloc="2"] button[value=monter]').press("Enter");
  await page.waitForURL(/fait=monter/);
  assert.deepEqual(await order(page), ["2", "1"]);
  assert.deepEqual(await focused(page), ["descendre", "2"]);
  assert.match(await page.innerText("[role=status]"), /position 1 sur 2/);
  assert.equal(await page.locator(".poignee-bloc").count(), 0);
  await page.click("text=Lire le tableau");
  assert.equal(await page.locator(".mosaique p.texte").count(), 2);
  assert.equal(await page.locator(".mosaique svg").count(), 1);
  // Filters are in the address, and hold for every block.
  const centre = await page.locator("#centre option").nth(1).getAttribute("value");
  await page.selectOption("#centre", centre);
  await page.click("form.filtres button[type=submit]");
  await page.waitForURL(new RegExp(`centre=${centre}`));
  const proof = await page.locator(".mosaique h2 a").getAttribute("href");
  assert.match(proof, new RegExp(`^/indicateurs/PAC-P\\?.*centre=${centre}`));
  await page.click("text=L'ouvrir toujours avec ces filtres");
  await page.waitForURL(/fait=filtres/);
  await page.click("text=Modifier le tableau");
  await page.locator("summary").last().click();
  await page.click("text=Supprimer le tableau");
  await page.waitForURL(/fait=supprime/);
  assert.equal(await page.locator("text=Sans script").count(), 0);
  await context.close();
});

for (const javaScriptEnabled of [true, false]) {
  test(`lists of indicators are composed ${javaScriptEnabled ? "with" : "without"} JavaScript, and fit`, async () => {
    const found = [];
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    await make(page, `Listes ${javaScriptEnabled}`, "");
    for (const [genre, sujet] of [
      ["liste_numerateur", "PAC-P"],
      ["liste_denominateur", "ACC-N"],
      ["objectif", "PAC-P"],
    ]) {
      const blocs = (await order(page)).length;
      await page.selectOption("#indicateur-genre", genre);
      await page.selectOption("#indicateur-sujet", sujet);
      await page.locator("form[aria-labelledby=ajout-indicateur] button").press("Enter");
      await page.waitForURL(new RegExp(`fait=ajouter.*bloc=${blocs + 1}`));
    }
    const words = await page.locator("[data-blocs] .genre").evaluateAll((all) =>
      all.map((one) => one.firstChild.textContent.trim()),
    );
    assert.deepEqual(words, ["Liste du numérateur", "Liste de la population", "Objectif"]);
    if (javaScriptEnabled) found.push(...(await faults(page, "edition-listes")));
    await page.click("text=Lire le tableau");
    // Without a centre, how long the list of each is; with one, its first rows, and the whole list behind them.
    assert.ok((await page.locator("#bloc-1 tbody tr td a").count()) >= 1);
    if (javaScriptEnabled) found.push(...(await faults(page, "listes-region")));
    const centre = await page.locator("#centre option").nth(1).getAttribute("value");
    await page.selectOption("#centre", centre);
    await page.click("form.filtres button[type=submit]");
    await page.waitForURL(new RegExp(`centre=${centre}`));
    const rows = await page.locator("#bloc-2 tbody tr").count();
    const whole = page.locator("#bloc-2 > p a");
    const total = Number((await whole.innerText()).replaceAll("\u202f", "").match(/\d+/)[0]);
    assert.equal(rows, Math.min(total, 10));
    if (javaScriptEnabled) found.push(...(await faults(page, "listes-centre")));
    await whole.click();
    await page.waitForURL(/\/indicateurs\/ACC-N\/liste\?/);
    assert.match(await page.innerText("main"), /elle prouve le chiffre/);
    assert.deepEqual(found, []);
    await context.close();
  });
}
