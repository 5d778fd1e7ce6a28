// The main flow by hand, without JavaScript: files dropped, the account read, the import undone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { launch } from "./navigateur.mjs";
import { mallette, serveRegion } from "./serveur.mjs";

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

async function importAndWait(page, files, date) {
  await page.goto(`${region.url}/imports`);
  await page.setInputFiles("#fichiers", files);
  if (date) await page.fill("#date_extraction", date);
  await page.click("button[type=submit]");
  await page.waitForURL(/\/imports\/travaux\/\d+/);
  for (let wait = 0; wait < 100; wait += 1) {
    const text = await page.locator("main").innerText();
    if (text.includes("✓") || (await page.locator("[role=alert]").count()) > 0) return text;
    await page.waitForTimeout(200);
    await page.reload();
  }
  throw new Error("the import did not end");
}

for (const javaScriptEnabled of [false, true]) {
  const how = javaScriptEnabled ? "with JavaScript" : "without JavaScript";
  test(`an extract is imported, read and undone, ${how}`, async () => {
    const context = await browser.newContext({ javaScriptEnabled, acceptDownloads: true });
    const page = await context.newPage();
    const file = join(region.dir, `dossiers-${javaScriptEnabled}.csv`);
    writeFileSync(
      file,
      "structure_id;dossier_id;nom;prenom;date_naissance;qpv;Couleur\n" +
        "69382S00;D1;DURAND;LEA;05/09/2000;Oui;bleu\n" +
        "69382S00;D2;DUPONT;LEO;31/02/2000;Oui;vert\n" +
        "69382S00;D1;DURAND;LEA;05/09/2000;Oui;bleu\n",
    );
    await importAndWait(page, [file], "2019-11-04");
    await page.click("text=Voir le compte rendu");
    const account = await page.locator("main").innerText();
    assert.match(account, /31\/02\/2000/);
    assert.match(account, /Couleur/);
    assert.match(account, /doublon/i);
    const centre = await page.request.get(`${region.url}/centres/69382S00`);
    assert.equal(centre.status(), 200);
    await page.click("text=Annuler");
    await page.click("button.danger");
    await page.waitForURL((url) => !url.pathname.endsWith("/annuler"));
    const accueil = await page.request.get(region.url);
    assert.match(await accueil.text(), /12\s+centres\s+sur/);
    await context.close();
  });
}

test("a file that cannot be read changes nothing and says why", async () => {
  const page = await browser.newPage();
  const before = mallette("controler", "--donnees", join(region.dir, "donnees"), "--format", "json");
  const empty = join(region.dir, "vide.csv");
  writeFileSync(empty, "");
  const recipe = join(region.dir, "recette.csv");
  writeFileSync(recipe, "farine;oeufs\n200;3\n");
  const broken = join(region.dir, "abime.xlsx");
  writeFileSync(broken, Buffer.from("504b0304140000000800", "hex"));
  for (const file of [empty, recipe, broken]) {
    const text = await importAndWait(page, [file], "2019-11-04");
    assert.match(text, new RegExp(file.split("/").pop()));
    assert.match(text, /Rien n'a été changé/);
  }
  const now = mallette("controler", "--donnees", join(region.dir, "donnees"), "--format", "json");
  assert.equal(now, before);
  await page.close();
});
