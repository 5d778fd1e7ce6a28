// What is printed of wide tables: nothing is cut, whatever the number of columns. The PDF that the browser makes is
// what comes out of the printer.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch } from "./navigateur.mjs";
import { firstAdministrator } from "./personne.mjs";
import { mallette, serve } from "./serveur.mjs";

const CENTRE = "01004S00";
let browser, dir, server, page;
before(async () => {
  dir = mkdtempSync(join(tmpdir(), "mallette-papier-"));
  const files = join(dir, "extraits");
  mallette("generer", "--sortie", files, "--structures", "3", "--dossiers", "300", "--graine", "5");
  mallette("importer", files, "--donnees", join(dir, "donnees"));
  server = await serve(join(dir, "donnees"));
  browser = await launch();
  const admin = await firstAdministrator(server.url);
  const directeur = await admin.invite("directrice", "directeur", CENTRE);
  const context = await browser.newContext({ locale: "fr-FR" });
  await context.addCookies([{ name: "mallette", value: directeur.session, url: server.url }]);
  page = await context.newPage();
});
after(async () => {
  await browser?.close();
  await server?.end();
  rmSync(dir, { recursive: true, force: true });
});

/** Between the margins of an A4 sheet, in pixels of CSS: upright, and along. */
const DEBOUT = 718;
const COUCHE = Math.floor(((297 - 24) / 25.4) * 96);

/** By how much the page is wider than the sheet, printed; and whether any cell is wider than itself. */
async function printed(width) {
  await page.emulateMedia({ media: "print" });
  await page.setViewportSize({ width, height: 1000 });
  const over = await page.evaluate(() => {
    const cut = [...document.querySelectorAll("table td, table th")].filter(
      (cell) => cell.offsetParent !== null && cell.scrollWidth > cell.clientWidth + 1,
    );
    return {
      sheet: document.scrollingElement.scrollWidth - innerWidth,
      cut: cut.slice(0, 5).map((cell) => cell.textContent.trim()),
    };
  });
  await page.emulateMedia({ media: null });
  await page.setViewportSize({ width: 1440, height: 900 });
  return over;
}

/** How the pages of the PDF lie: the box of each. */
async function sheets() {
  const pdf = (await page.pdf({ preferCSSPageSize: true, format: "A4" })).toString("latin1");
  return [...new Set(pdf.match(/\/MediaBox ?\[[^\]]*\]/g))];
}

async function ask(sql) {
  await page.goto(`${server.url}/redaction/sql`);
  await page.fill("#sql", sql);
  await page.click("main form button[type=submit]");
  await page.waitForSelector("#resultat-titre");
}

test("a query of any width is printed whole, with what was asked and of whom", async () => {
  await ask("SELECT statut, count(*) AS nombre FROM dossier GROUP BY statut");
  assert.deepEqual(await printed(DEBOUT), { sheet: 0, cut: [] });
  // A dozen columns lie along the sheet.
  await ask(
    "SELECT dossier_id, statut, sexe, niveau_formation, date_naissance, date_premier_accueil, date_creation, date_maj, " +
      "commune_insee, code_postal, conseiller_id, antenne FROM dossier LIMIT 40",
  );
  assert.deepEqual(await printed(COUCHE), { sheet: 0, cut: [] });
  assert.equal((await sheets()).length, 1);
  assert.match((await sheets())[0], /84\d(\.\d+)? 59\d/);
  // More than a sheet has room for: a card for each row, each value under the name of its column.
  await ask("SELECT * FROM dossier LIMIT 30");
  const columns = await page.locator("#resultat-titre ~ thead th").allInnerTexts();
  assert.ok(columns.length > 30, columns.join());
  assert.deepEqual(await printed(COUCHE), { sheet: 0, cut: [] });
  await page.emulateMedia({ media: "print" });
  const named = await page.locator("tbody tr").first().locator("td").evaluateAll((all) =>
    all.map((cell) => getComputedStyle(cell, "::before").content.replaceAll('"', "")),
  );
  assert.deepEqual(named, columns);
  assert.match(await page.locator(".papier").innerText(), /01004S00.*\n*.*SELECT \* FROM dossier/s);
  await page.emulateMedia({ media: null });
});

test("the widest pages of anomalies and margins are printed whole", async () => {
  for (const path of [
    `/a-faire?centre=${CENTRE}&conseiller=*&tout=1`,
    `/marges/calendrier?centre=${CENTRE}`,
    `/marges?centre=${CENTRE}`,
    `/evolution?centre=${CENTRE}`,
    `/a-faire/corrigees?centre=${CENTRE}`,
    `/a-faire/equipe?centre=${CENTRE}`,
    `/controles?centre=${CENTRE}`,
    "/parametres",
  ]) {
    await page.goto(server.url + path);
    const along = (await page.locator(".paysage").count()) > 0;
    assert.deepEqual(await printed(along ? COUCHE : DEBOUT), { sheet: 0, cut: [] }, path);
  }
});
