// Where a centre stands and where it may go, as its director and who animates the network meet it: what-if,
// targets, levels, positions, published statistics, series of context with bad lines. Every page on the way is
// looked at from every side.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./navigateur.mjs";
import { firstAdministrator } from "./personne.mjs";
import { faults } from "./regard.mjs";
import { serveRegion } from "./serveur.mjs";

const CENTRE = "01004S00";
let browser;
let region;
let admin;
let charge;
before(async () => {
  region = await serveRegion();
  browser = await launch();
  admin = await firstAdministrator(region.url);
  charge = await admin.invite("charge", "charge_de_mission");
});
after(async () => {
  await browser?.close();
  await region?.stop();
});

/** A page of the browser, as that person. */
async function as(personne) {
  const context = await browser.newContext();
  await context.addCookies([{ name: "mallette", value: personne.session, url: region.url }]);
  return context.newPage();
}

/** Drops a text as a file, and goes where it is shown. */
async function drop(page, input, name, text, button) {
  const file = { name, mimeType: "text/csv", buffer: Buffer.from(text, "utf8") };
  await page.setInputFiles(input, file);
  await Promise.all([page.waitForNavigation(), page.click(`text=${button}`)]);
}

test("targets are read from a file, then a director sees the way there and back from every side", async () => {
  const found = [];
  const animates = await as(charge);
  await animates.goto(`${region.url}/objectifs/fixer`);
  const annee = await animates.inputValue("#annee");
  const asked = [
    "Centre;Indicateur;Année;Objectif",
    `${CENTRE};PAC-P;${annee};95 %`,
    `${CENTRE};ACC-N;${annee};450`,
    `${CENTRE};QUA-H;${annee};5`,
    `Nulle part;PAC-P;${annee};60 %`,
    `${CENTRE};PAC-P;${annee};soixante`,
  ];
  await drop(animates, "#choisi", "objectifs notifiés.csv", asked.join("\n"), "Lire le fichier");
  const shown = await animates.innerText("main");
  assert.match(shown, /objectifs notifiés\.csv/);
  assert.match(shown, /«\s*Nulle part\s*»/);
  assert.match(shown, /«\s*soixante\s*»/);
  found.push(...(await faults(animates, "objectifs-fichier")));
  await Promise.all([animates.waitForNavigation(), animates.click("main button >> text=Écrire")]);
  found.push(...(await faults(animates, "objectifs-fixer")));
  await animates.goto(`${region.url}/objectifs/performance?annee=${annee}`);
  found.push(...(await faults(animates, "objectifs-performance")));

  const directeur = await admin.invite("directrice", "directeur", CENTRE);
  const page = await as(directeur);
  await page.goto(`${region.url}/objectifs?annee=${annee}`);
  assert.equal(await page.locator("tbody tr").count(), 3, "the targets of this centre");
  found.push(...(await faults(page, "objectifs")));
  // What is drawn says in its title what it finds, and stands in a table too.
  await page.goto(`${region.url}/et-si?centre=${CENTRE}&indicateur=QUA-H`);
  assert.match(await page.innerText("#ou + figure .graphique-titre"), /de moins|médiane/);
  assert.ok((await page.locator("svg:has(#et-si-trace-titre) .marque").count()) >= 1);
  await page.locator("section[aria-labelledby=ou] summary").press("Enter");
  assert.ok(await page.locator("section[aria-labelledby=ou] table").isVisible());
  found.push(...(await faults(page, "et-si")));
  // A median has its number, and says why no dossier can be pointed at.
  await page.goto(`${region.url}/et-si?centre=${CENTRE}&indicateur=DIA-D`);
  assert.match(await page.innerText("main"), /dont le délai passerait à|meilleur quart|Trop peu de cas/);
  assert.match(await page.innerText("main"), /Un diagnostic terminé garde sa durée/);
  found.push(...(await faults(page, "et-si-mediane")));
  for (const [name, path] of [
    ["fiche", `/indicateurs/PAC-P?centre=${CENTRE}`],
    ["apercu", `/centres/${CENTRE}/indicateurs`],
    ["niveaux", `/centres/${CENTRE}/niveaux`],
    ["guide", `/indicateurs/guide?centre=${CENTRE}`],
    ["observatoire", "/observatoire"],
  ]) {
    const answer = await page.goto(region.url + path);
    assert.equal(answer.status(), 200, path);
    // What is being counted comes by itself.
    await page.waitForFunction(() => !document.querySelector("[data-suivi]"), null, { timeout: 120_000 });
    await page.waitForLoadState();
    found.push(...(await faults(page, name)));
  }
  assert.deepEqual(found, []);
});

test("series with bad lines are named by line and column, kept without them, and make groups", async () => {
  const found = [];
  const page = await as(charge);
  await page.goto(`${region.url}/contexte`);
  found.push(...(await faults(page, "contexte-vide")));
  const { text } = await charge.ask("/contexte/modele.csv");
  const codes = [...text.matchAll(/\b\d{5}S\d\d\b/g)].map(([code]) => code);
  assert.ok(codes.length >= 10, text);
  const line = (code, rank) => `${code};${rank < 5 ? 900 + rank : 40 + rank};${rank < 5 ? 7 : 12},${rank % 3}`;
  const series = ["Code;Densité;Chômage", ...codes.map(line), "Nulle part;3;2", "75056S00;3;2"];
  await page.fill("#annee", "2018");
  await page.fill("#source", "Insee, recensement de la population");
  await drop(page, "#fichier", "séries du réseau.csv", series.join("\n"), "Voir ce qu'il apporterait");
  const shown = await page.innerText("main");
  assert.match(shown, /2\s+lignes fautives/);
  assert.match(shown, /«\s*Nulle part\s*»/);
  found.push(...(await faults(page, "contexte-apercu")));
  await page.check("#laisser");
  await Promise.all([page.waitForNavigation(), page.click("text=Garder ces séries")]);
  assert.match(await page.innerText("main"), /Lignes laissées de côté/);
  found.push(...(await faults(page, "contexte-import")));
  await page.goto(`${region.url}/contexte`);
  found.push(...(await faults(page, "contexte")));
  await page.goto(`${region.url}/contexte/groupes/calcul`);
  assert.ok((await page.locator("svg").count()) >= 1, "the tree");
  found.push(...(await faults(page, "groupes-calcul")));
  await page.goto(`${region.url}/indicateurs/positions?tri=PAC-P`);
  found.push(...(await faults(page, "positions")));
  // No word of the headers is cut on screen.
  await page.setViewportSize({ width: 1440, height: 900 });
  const cut = await page.locator(".ancre th.titre a:first-child").evaluateAll((links) =>
    links.filter((link) => link.getBoundingClientRect().right > link.closest("th").getBoundingClientRect().right + 1)
      .map((link) => link.textContent),
  );
  assert.deepEqual(cut, []);
  assert.deepEqual(found, []);
});

test("published statistics are shown before they are kept, then stand beside a cohort", async () => {
  const found = [];
  const page = await as(charge);
  const { text } = await charge.ask("/observatoire/publies/depart.csv");
  await page.goto(`${region.url}/observatoire/publies`);
  found.push(...(await faults(page, "publies-vide")));
  const bad = `${text.trimEnd()}\nqpv;;GJ;Lyon;2019;;beaucoup;%;Jeunes;Dares;officiel\n`;
  await drop(page, "#fichier", "statistiques publiées.csv", bad, "Voir ce qu'il apporterait");
  assert.match(await page.innerText("main"), /«\s*beaucoup\s*»/);
  found.push(...(await faults(page, "publies-apercu")));
  await page.check("#laisser");
  await Promise.all([page.waitForNavigation(), page.click("text=Garder ces statistiques")]);
  found.push(...(await faults(page, "publies-import")));
  await page.goto(`${region.url}/observatoire/publies`);
  found.push(...(await faults(page, "publies")));
  assert.deepEqual(found, []);
});
