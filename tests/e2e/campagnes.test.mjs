// Fixed campaigns as people read them: an indicator and the position of a centre from one to the next, and any page
// of figures in an older one. By the mouse, by the keyboard, without JavaScript; each page looked at from every side.
// What is expected is counted in the extracts, or told by the command line.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fixMonths, read, shows } from "./mensuel.mjs";
import { launch } from "./navigateur.mjs";
import { firstAdministrator } from "./personne.mjs";
import { faults } from "./regard.mjs";
import { serve } from "./serveur.mjs";

const CENTRE = "01004S00";
/** The campaign that is read while others came after it. */
const ANCIENNE = "2019-11";
/** A year that all the campaigns have something of; the next one, only the last. */
const ANNEE = 2019;
const REGION = { structures: 8, dossiers: 4000, mois: 8, fin: "2020-03-04", graine: 5 };
let browser, reseau, server, directeur, charge;
/** The positions that who holds the machine reads, before there is any account: nothing is secret. */
const entier = new Map();
before(async () => {
  reseau = fixMonths(REGION);
  server = await serve(reseau.donnees);
  browser = await launch();
  const page = await browser.newPage();
  for (const code of ["ACC-N", "PAC-P"]) {
    await open(page, `/indicateurs/${code}?periode=${ANNEE}&centre=${CENTRE}`);
    entier.set(code, await chart(page, TRAJET));
  }
  await page.close();
  const admin = await firstAdministrator(server.url);
  directeur = await admin.invite("directrice", "directeur", CENTRE);
  charge = await admin.invite("charge", "charge_de_mission");
});
after(async () => {
  await browser?.close();
  await server?.end();
  reseau?.stop();
});

/** A page of the browser, as that person. */
async function as(personne, options = {}) {
  const context = await browser.newContext({ locale: "fr-FR", ...options });
  await context.addCookies([{ name: "mallette", value: personne.session, url: server.url }]);
  return context.newPage();
}

/** Opens a page, and waits for the figures that are being counted. */
async function open(page, path) {
  const answer = await page.goto(server.url + path);
  assert.equal(answer.status(), 200, path);
  for (let wait = 0; wait < 100 && (await page.locator("[data-suivi]").count()) > 0; wait += 1) {
    await page.waitForTimeout(300);
  }
}

/** A chart and its table: what is drawn, what is written. */
const chart = (page, id) =>
  page.evaluate((id) => {
    const svg = document.querySelector(`svg[aria-labelledby="${id}-titre"]`);
    const figure = svg.closest("figure");
    const table = figure.nextElementSibling.querySelector("table");
    const count = (mark) => svg.querySelectorAll(mark).length;
    const words = (nodes) => [...nodes].map((node) => node.textContent.trim());
    return {
      titre: figure.querySelector(".graphique-titre").textContent,
      nomme: svg.querySelector("title").textContent,
      resume: svg.querySelector("desc").textContent,
      legende: figure.querySelector("figcaption").textContent,
      marques: count(".point, .marque"),
      croix: count(".croix") / 2,
      boites: count(".corps"),
      liens: [...svg.querySelectorAll("a")].map((link) => link.getAttribute("href")),
      intitule: table.caption.textContent,
      lignes: [...table.tBodies[0].rows].map((row) => words(row.cells)),
    };
  }, id);
const TENDANCE = "par-campagne-trace";
const TRAJET = "position-par-campagne";

const noms = () => reseau.campagnes.map(({ nom }) => nom);
const jours = (nom) => reseau.campagnes.find((one) => one.nom === nom).jour.split("-").reverse().join("/");
/** Something of each campaign; one whose extract was taken before the year says nothing of it. */
const over = (annee, value) => reseau.campagnes.map((one) => (one.jour < `${annee}` ? null : value(one)));
/** First welcomes of a centre in the extract of each campaign. */
const counted = (annee, centre) => over(annee, ({ jour }) => reseau.accueils(jour, annee).get(centre));
/** What the command line tells of the centre in a campaign. */
const at = (code, annee, nom) => reseau.chiffres(code, annee, nom).centres.get(CENTRE) ?? null;
/** The figure of the centre in each campaign: counted where it can be, else told by the command line. */
const own = (code, annee) =>
  code === "ACC-N" ? counted(annee, CENTRE) : over(annee, ({ nom }) => at(code, annee, nom));
/** The first figure of the page, or of a part of it. */
const first = (place) => place.locator(".faits .chiffre").first().innerText();
/** The first figure of the front page: that of ACC-N. */
const front = (page) => first(page.locator("section[aria-labelledby=reseau]"));
/** One of the main figures of the page of a centre. */
const main = (code) => (page) => {
  const row = page.locator(`table:has(#principaux-titre) tbody tr:has(a[href^="/indicateurs/${code}?"])`);
  return row.locator("td.nombre").first().innerText();
};
/** Every link of the page about figures but the one back to the latest data: each is of the same campaign. */
async function checkLinks(page, least) {
  const links = await page.locator("main a:not(.avis a)").evaluateAll((all) =>
    all.map((link) => link.getAttribute("href")),
  );
  const figures = links.filter((href) => /^\/(controles|indicateurs|centres\/)/.test(href));
  assert.ok(figures.length >= least, links.join(" "));
  for (const href of figures) {
    assert.equal(new URL(href, server.url).searchParams.get("campagne"), ANCIENNE, href);
  }
}
const action = (page) => page.locator("form.filtres button[type=submit]");

/**
 * What a chart over campaigns must have: all of them in order, each mark a way in, words for what is drawn. What is
 * not the reader's own may be secret; how many marks there are.
 */
function checkChart(drawn, values, { secret = false } = {}) {
  const hidden = (text) => secret && text === "s";
  assert.deepEqual(drawn.lignes.map(([nom]) => nom), noms());
  assert.equal(drawn.liens.length, noms().length);
  drawn.liens.forEach((href, rank) => assert.match(href, new RegExp(`[?&]campagne=${noms()[rank]}$`)));
  drawn.lignes.forEach(([nom, shown], rank) => {
    assert.ok(hidden(shown) || shows(shown, values[rank]), `${nom}: ${shown} for ${values[rank]}`);
  });
  const known = values.filter((value, rank) => value !== null && !hidden(drawn.lignes[rank][1])).length;
  assert.equal(drawn.marques, known, "a mark for each campaign that has the figure");
  assert.equal(drawn.croix, noms().length - known, "a cross for each of the others");
  assert.equal(drawn.nomme, drawn.titre);
  assert.match(drawn.titre, /.{20,}\.$/);
  assert.equal(drawn.intitule, drawn.resume);
  assert.match(drawn.resume, /d'une campagne à l'autre/);
  return known;
}

/** That the cells of a campaign are those of a box: how many centres, then its quartiles. */
function checkBox([n, ...cells], boite, nom) {
  assert.equal(Number(n), boite.n, nom);
  ["q1", "mediane", "q3"].forEach((quartile, rank) => {
    assert.ok(shows(cells[rank], boite[quartile]), `${nom}: ${cells[rank]} for ${boite[quartile]}`);
  });
}

/** That a page says which campaign it is of, on screen and on paper, and that its form holds it. */
async function checkCampaign(page, nom = ANCIENNE) {
  const said = page.locator("p.avis", { hasText: `Chiffres de la campagne ${nom}, qui peuvent différer` });
  assert.ok(await said.isVisible());
  assert.equal(await page.inputValue("#campagne"), nom);
  assert.equal(new URL(page.url()).searchParams.get("campagne"), nom);
  await page.emulateMedia({ media: "print" });
  assert.ok(await said.isVisible(), "the campaign is on paper");
  assert.equal(await page.locator("form.filtres").isVisible(), false);
  await page.emulateMedia({ media: null });
}

test("an indicator and a position are drawn over campaigns, as many marks as there are figures", async () => {
  const page = await as(directeur);
  for (const [code, annee, least] of [["ACC-N", 2019, 8], ["ACC-N", 2020, 3], ["PAC-P", 2020, 2], ["PAC-P", 2019, 8]]) {
    const values = own(code, annee);
    await open(page, `/indicateurs/${code}?periode=${annee}&centre=${CENTRE}`);
    const tendance = await chart(page, TENDANCE);
    assert.equal(checkChart(tendance, values), least);
    assert.equal(tendance.legende.includes("sans extraction (…)"), annee === 2020);
    assert.equal(checkChart(await chart(page, TRAJET), values), least);
  }
  // The table of each is opened by the keyboard.
  const part = page.locator("section[aria-labelledby=par-campagne]");
  assert.deepEqual(await part.locator("summary").allInnerTexts(), ["Voir le tableau", "Voir le tableau"]);
  for (const rank of [0, 1]) {
    assert.equal(await part.locator("table").nth(rank).isVisible(), false);
    await part.locator("summary").nth(rank).press("Enter");
    assert.ok(await part.locator("table").nth(rank).isVisible());
  }
  assert.deepEqual(await faults(page, "campagnes-fiche"), []);
});

test("boxes over campaigns are those of the command line; what is secret is a cross, never a mark", async () => {
  for (const [code, whole] of entier) {
    assert.equal(checkChart(whole, own(code, ANNEE)), noms().length);
    assert.equal(whole.boites, noms().length);
    const campagnes = code === "ACC-N" ? [ANCIENNE] : noms();
    for (const nom of campagnes) {
      const [, , ...cells] = whole.lignes[noms().indexOf(nom)];
      checkBox(cells, reseau.chiffres(code, ANNEE, nom).boite, nom);
    }
  }
  // The command line itself is held to the extracts.
  assert.equal(at("ACC-N", ANNEE, ANCIENNE), counted(ANNEE, CENTRE)[noms().indexOf(ANCIENNE)]);
  const page = await as(directeur);
  await open(page, `/indicateurs/ACC-N?periode=${ANNEE}&centre=${CENTRE}`);
  const { lignes } = await chart(page, TRAJET);
  const same = lignes.filter(([, , n], rank) => n === entier.get("ACC-N").lignes[rank][2]);
  assert.ok(same.length >= 4, lignes.join("\n"));
  for (const ligne of same) assert.deepEqual(ligne, entier.get("ACC-N").lignes[lignes.indexOf(ligne)]);
  // Who animates the network: the same centre, not the own one, and the région.
  const other = await as(charge);
  await open(other, `/indicateurs/ACC-N?periode=${ANNEE}&centre=${CENTRE}`);
  for (const id of [TENDANCE, TRAJET]) {
    assert.ok(checkChart(await chart(other, id), counted(ANNEE, CENTRE), { secret: true }) >= 4);
  }
  await open(other, `/indicateurs/PAC-P?periode=${ANNEE}`);
  const region = await chart(other, TENDANCE);
  const values = noms().map((nom) => reseau.chiffres("PAC-P", ANNEE, nom).region);
  const known = checkChart(region, values, { secret: true });
  assert.ok(known >= 2, region.lignes.join("\n"));
  assert.equal(region.legende.includes("au secret (s)"), known < noms().length);
  assert.deepEqual(await faults(other, "campagnes-region"), []);
});

test("the pages of a centre are read in an older campaign, and say so", async () => {
  const found = [];
  const page = await as(directeur);
  await open(page, `/indicateurs/PAC-P?periode=${ANNEE}&centre=${CENTRE}`);
  assert.ok(shows(await first(page), at("PAC-P", ANNEE, noms().at(-1))));
  const before = await chart(page, TENDANCE);
  // By the mark of the chart.
  const rank = noms().indexOf(ANCIENNE);
  await page.locator(`svg[aria-labelledby="${TENDANCE}-titre"] a`).nth(rank).click();
  await page.waitForURL(/campagne=/);
  await checkCampaign(page);
  assert.ok(shows(await first(page), at("PAC-P", ANNEE, ANCIENNE)));
  assert.match(await page.innerText("main"), new RegExp(`Extraction du ${jours(ANCIENNE)}`));
  assert.deepEqual(await chart(page, TENDANCE), before, "what a trend draws is of no campaign");
  found.push(...(await faults(page, "campagnes-fiche-ancienne")));
  // Every indicator of the centre, by its own choice.
  await open(page, `/centres/${CENTRE}/indicateurs?periode=${ANNEE}`);
  await page.selectOption("#campagne", ANCIENNE);
  await action(page).click();
  await page.waitForURL(/campagne=2/);
  await checkCampaign(page);
  assert.match(await page.innerText("main"), new RegExp(`Extraction du ${jours(ANCIENNE)}`));
  for (const code of ["ACC-N", "PAC-P"]) {
    const one = page.locator(".vignettes > li").filter({ has: page.locator("h3 .code", { hasText: code }) });
    assert.ok(shows(await one.locator(".chiffre").innerText(), at(code, ANNEE, ANCIENNE)), code);
    assert.match(await one.locator("h3 a").first().getAttribute("href"), new RegExp(`campagne=${ANCIENNE}$`));
  }
  found.push(...(await faults(page, "campagnes-apercu")));
  await page.click("text=Voir les dernières données");
  assert.equal(new URL(page.url()).searchParams.get("campagne"), null);
  assert.equal(await page.inputValue("#campagne"), "");
  assert.deepEqual(found, []);
});

test("the home page and that of the centre are of the moment, until an older campaign is chosen", async () => {
  const found = [];
  const page = await as(directeur);
  const latest = reseau.campagnes.at(-1);
  for (const [name, path] of [["accueil", "/"], ["centre", `/centres/${CENTRE}`]]) {
    await open(page, path);
    assert.ok((await page.innerText("main")).includes(jours(latest.nom)), path);
    assert.equal(await page.locator("p.avis", { hasText: "Chiffres de la campagne" }).count(), 0);
    assert.equal(await page.inputValue("#campagne"), "");
    if (path === "/") {
      const shown = await front(page);
      assert.ok(shows(shown, counted(2020, CENTRE).at(-1)), shown);
      assert.ok((await page.locator("#a-faire, #alertes, #dernier").count()) >= 1, "work of the moment");
    }
    found.push(...(await faults(page, `campagnes-${name}`)));
  }
  // The front page in the older campaign: its year, its figures, nothing that is of the moment.
  const welcomed = counted(ANNEE, CENTRE)[noms().indexOf(ANCIENNE)];
  await open(page, "/");
  await page.selectOption("#campagne", ANCIENNE);
  await action(page).click();
  await page.waitForURL(/campagne=2/);
  await checkCampaign(page);
  assert.match(await page.innerText("#reseau"), new RegExp(`en ${ANNEE}$`));
  assert.ok(shows(await front(page), welcomed), await front(page));
  for (const code of ["ACC-N", "PAC-E", "SOR-P"]) {
    const fact = page.locator(`section[aria-labelledby=reseau] li:has(a[href^="/indicateurs/${code}?"]) .chiffre`);
    assert.ok(shows(await fact.innerText(), at(code, ANNEE, ANCIENNE)), code);
  }
  const row = await page.locator("table:has(#centres-titre) tbody tr").allInnerTexts();
  assert.equal(row.length, 1, "the own centre");
  assert.ok(row[0].includes(jours(ANCIENNE)) && row[0].includes("à jour"), row[0]);
  assert.equal(await page.locator("#a-faire, #alertes, #dernier").count(), 0);
  assert.match(await page.innerText("main"), /le dernier import sont du moment/);
  await checkLinks(page, 12);
  found.push(...(await faults(page, "campagnes-accueil-ancienne")));
  // And the page of the centre, by a link of that one.
  await page.locator("table:has(#centres-titre) tbody th a").click();
  await page.waitForSelector("#principaux-titre");
  await checkCampaign(page);
  assert.match(await page.innerText("ul.faits"), new RegExp(jours(ANCIENNE)));
  for (const code of ["ACC-N", "PAC-E", "SOR-P"]) {
    const shown = await main(code)(page);
    assert.ok(shows(shown, at(code, ANNEE, ANCIENNE)), `${code}: ${shown}`);
  }
  assert.ok(shows(await main("ACC-N")(page), welcomed));
  await checkLinks(page, 20);
  found.push(...(await faults(page, "campagnes-centre-ancienne")));
  // What it leads to is of the same campaign, and there is a way back.
  await page.locator("table:has(#conseillers-titre) tbody th a").first().click();
  await page.waitForSelector("#propres");
  await checkCampaign(page);
  await page.click("text=Voir les dernières données");
  assert.equal(new URL(page.url()).searchParams.get("campagne"), null);
  assert.ok((await page.innerText("main")).includes(jours(latest.nom)));
  assert.deepEqual(found, []);
});

test("no box is drawn for a group of fewer than five centres", async () => {
  const groupes = reseau.groupes(reseau.campagnes.find(({ nom }) => nom === ANCIENNE).jour);
  const small = [...groupes].filter(([, centres]) => centres.length < 5);
  assert.ok(small.length >= 2, [...groupes.keys()].join());
  const large = 1 + groupes.size - small.length;
  const drawn = (page) =>
    page.evaluate(() => {
      const svg = document.querySelector('svg[aria-labelledby="boite-titre"]');
      if (!svg) return [0, []];
      const table = svg.closest("figure").nextElementSibling.querySelector("table");
      const rows = [...table.tBodies[0].rows].map((row) => row.cells[0].textContent.trim());
      return [svg.querySelectorAll(".corps").length, rows];
    });
  let [whole, named] = [0, 0];
  for (const [personne, filters] of [
    [charge, ""],
    [charge, `&centre=${CENTRE}`],
    [charge, `&campagne=${ANCIENNE}`],
    [directeur, `&centre=${CENTRE}`],
    [directeur, `&centre=${CENTRE}&campagne=${ANCIENNE}`],
  ]) {
    const page = await as(personne);
    await open(page, `/indicateurs/PAC-P?periode=${ANNEE}${filters}`);
    // Where secrets leave fewer than five, that of the région is not drawn either.
    const [boxes, rows] = await drawn(page);
    assert.ok(boxes <= large, `${personne.nom} ${filters}: ${boxes}`);
    assert.equal(rows.length, boxes);
    whole += boxes;
    const said = await page.innerText("main");
    for (const [nom, centres] of small) {
      assert.equal(rows.some((row) => row.includes(nom)), false, nom);
      const size = new RegExp(`non tracés\\s: .*${nom} \\((\\d+)\\)`).exec(said)?.[1];
      // A group whose figures are all secret is not named either.
      if (size === undefined) continue;
      assert.ok(Number(size) <= centres.length, `${nom}: ${size}`);
      named += 1;
    }
    await page.context().close();
  }
  assert.ok(whole >= 1 && named >= small.length, "some box is drawn, each small group is said somewhere");
  // The small boxes of a centre, and those of the charts over campaigns.
  const page = await as(directeur);
  await open(page, `/centres/${CENTRE}/indicateurs?periode=${ANNEE}&campagne=${ANCIENNE}`);
  const notes = await page.locator(".vignettes > li:has(svg)").allInnerTexts();
  assert.ok(notes.length >= 3, String(notes.length));
  for (const note of notes) assert.ok(Number(/Parmi (\d+)/.exec(note)[1]) >= 5, note);
});

test("ready-made dashboards are read in an older campaign, their filters kept in the address", async () => {
  const found = [];
  for (const [personne, tableau] of [[directeur, "direction"], [charge, "charge-de-mission"]]) {
    const page = await as(personne);
    await open(page, `/tableaux/${tableau}`);
    await page.selectOption("#periode", String(ANNEE));
    if (tableau !== "direction") await page.selectOption("#centre", CENTRE);
    await page.selectOption("#campagne", ANCIENNE);
    await action(page).click();
    await page.waitForURL(/campagne=2/);
    await checkCampaign(page);
    const said = await page.innerText("p.contexte");
    for (const words of [`campagne ${ANCIENNE}`, `extraction du ${jours(ANCIENNE)}`, ` ${ANNEE} `]) {
      assert.ok(said.includes(words), said);
    }
    // Every block leads to what proves it under the same filters, and so does the workbook.
    const links = await page.locator(".mosaique h2 a, form.filtres a").evaluateAll((all) =>
      all.map((link) => link.getAttribute("href")),
    );
    assert.ok(links.length >= 8, links.join(" "));
    for (const href of links) {
      const asked = new URL(href, server.url).searchParams;
      assert.equal(asked.get("campagne"), ANCIENNE, href);
      if (!href.startsWith("/controles/")) assert.equal(asked.get("periode"), String(ANNEE), href);
      if (/^\/(indicateurs\/[A-Z]|tableaux)/.test(href)) assert.equal(asked.get("centre"), CENTRE, href);
    }
    const block = page.locator(".mosaique > .bloc").filter({ has: page.locator('h2 a[href^="/indicateurs/SOR-P"]') });
    const shown = await first(block.first());
    const secret = personne === charge && /secret/.test(shown);
    assert.ok(secret || shows(shown, at("SOR-P", ANNEE, ANCIENNE)), shown);
    found.push(...(await faults(page, `campagnes-${tableau}`)));
    const back = new URL(await page.locator("text=Voir les dernières données").getAttribute("href"), server.url);
    assert.equal(back.searchParams.get("campagne"), null);
    assert.equal(back.searchParams.get("periode"), String(ANNEE));
    assert.equal(back.searchParams.get("centre"), CENTRE);
  }
  assert.deepEqual(found, []);
});

test("who animates the network reads the list of campaigns, one of them, and the network in it", async () => {
  const found = [];
  const page = await as(charge);
  await open(page, "/campagnes");
  const rows = await page.locator("table:has(#fixees-titre) tbody tr").evaluateAll((all) =>
    all.map((row) => [...row.cells].slice(0, 3).map((cell) => cell.textContent.trim())),
  );
  const latestFirst = noms().reverse();
  assert.deepEqual(rows.map(([nom]) => nom), latestFirst);
  rows.forEach(([nom, centres, extractions]) => {
    assert.match(centres, new RegExp(`^${REGION.structures} sur `));
    assert.ok(extractions.includes(jours(nom)), extractions);
  });
  assert.equal(await page.inputValue("#nom"), latestFirst[0]);
  found.push(...(await faults(page, "campagnes-liste")));
  await page.click(`main >> text="${ANCIENNE}"`);
  await page.waitForSelector("#centres-titre");
  const held = await page.locator("table:has(#centres-titre) tbody tr").evaluateAll((all) =>
    all.map((row) => [row.querySelector("th .code").textContent, row.cells[1].textContent, row.cells[5].textContent]),
  );
  const known = [...reseau.chiffres("PAC-P", ANNEE, ANCIENNE).centres.keys()];
  assert.deepEqual(held.map(([id]) => id).sort(), known.sort());
  for (const [, extraction, now] of held) assert.deepEqual([extraction, now], [jours(ANCIENNE), "remplacée depuis"]);
  found.push(...(await faults(page, "campagnes-campagne")));
  // Each figure of the network in that campaign: that of the command line, or secret.
  await open(page, `/indicateurs/ACC-N?periode=${ANNEE}&campagne=${ANCIENNE}`);
  await checkCampaign(page);
  const rank = noms().indexOf(ANCIENNE);
  const shown = await page.locator("section[aria-labelledby=centres] tbody tr").evaluateAll((all) =>
    all.map((row) => [
      new URL(row.querySelector("th a").href).searchParams.get("centre"),
      row.querySelector("td.nombre").innerText,
    ]),
  );
  assert.equal(shown.length, REGION.structures);
  const visible = shown.filter(([, text]) => read(text) !== null);
  assert.ok(visible.length >= REGION.structures / 2, shown.join("\n"));
  for (const [id, text] of shown) {
    assert.ok(read(text) === null ? /secret/.test(text) : shows(text, counted(ANNEE, id)[rank]), `${id}: ${text}`);
  }
  found.push(...(await faults(page, "campagnes-reseau")));
  assert.deepEqual(found, []);
  // The director reads the same list, and fixes nothing.
  const other = await as(directeur);
  await open(other, "/campagnes");
  assert.deepEqual(await other.locator("table:has(#fixees-titre) tbody th").allInnerTexts(), latestFirst);
  assert.equal(await other.locator("#nom").count(), 0);
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with JavaScript" : "without JavaScript";
  test(`a campaign is chosen by the keyboard alone, ${how}`, async () => {
    const page = await as(directeur, { javaScriptEnabled });
    const focused = () => page.evaluate(() => [document.activeElement.id, document.activeElement.textContent.trim()]);
    const facts = (page) => first(page.locator("main"));
    for (const [path, code, shown] of [
      [`/indicateurs/PAC-P?periode=${ANNEE}&centre=${CENTRE}`, "PAC-P", facts],
      [`/tableaux/direction?periode=${ANNEE}`, "SOR-P", facts],
      ["/", "ACC-N", front],
      [`/centres/${CENTRE}?periode=${ANNEE}`, "SOR-P", main("SOR-P")],
    ]) {
      await open(page, path);
      for (let step = 0; step < 60 && (await focused())[0] !== "campagne"; step += 1) await page.keyboard.press("Tab");
      assert.equal((await focused())[0], "campagne", path);
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
      assert.notEqual(outline, "none", "the focus is seen");
      // The latest data first, then from the latest campaign to the oldest.
      for (let step = noms().length; step > noms().indexOf(ANCIENNE); step -= 1) await page.keyboard.press("ArrowDown");
      assert.equal(await page.inputValue("#campagne"), ANCIENNE);
      await page.keyboard.press("Tab");
      assert.equal((await focused())[1], "Afficher");
      await page.keyboard.press("Enter");
      await page.waitForURL(/campagne=2/);
      await checkCampaign(page);
      if (path !== "/") assert.equal(new URL(page.url()).searchParams.get("periode"), String(ANNEE));
      assert.ok(shows(await shown(page), at(code, ANNEE, ANCIENNE)), path);
    }
    // What is drawn over campaigns is in the page itself.
    await open(page, `/indicateurs/PAC-P?periode=${ANNEE}&centre=${CENTRE}&campagne=${ANCIENNE}`);
    for (const id of [TENDANCE, TRAJET]) checkChart(await chart(page, id), own("PAC-P", ANNEE));
  });
}

// The last one: the server is another afterwards.
test("what is secret is the same once the server has started again, in whatever order it is read", async () => {
  const paths = [
    `/indicateurs/ACC-N?periode=${ANNEE}&centre=${CENTRE}`,
    `/indicateurs/PAC-P?periode=${ANNEE}&campagne=${ANCIENNE}`,
    `/indicateurs/SOR-P?periode=2020`,
    `/indicateurs?periode=${ANNEE}`,
    `/indicateurs?periode=${ANNEE}&campagne=${ANCIENNE}`,
    `/centres/${CENTRE}?periode=${ANNEE}&campagne=${ANCIENNE}`,
    `/?campagne=${ANCIENNE}`,
  ];
  const told = async (order) => {
    const page = await as(charge);
    const found = {};
    for (const path of order) {
      await open(page, path);
      found[path] = await page.locator("main tbody td, main .faits .chiffre").evaluateAll((all) =>
        all.map((cell) => cell.textContent.trim()),
      );
    }
    await page.context().close();
    return found;
  };
  const before = await told(paths);
  const secret = Object.values(before).flat().filter((text) => text === "s" || text === "ssecret");
  assert.ok(secret.length >= 5, "some cells are secret");
  await server.end();
  server = await serve(reseau.donnees);
  const after = await told([...paths].reverse());
  for (const path of paths) assert.deepEqual(after[path], before[path], path);
});
