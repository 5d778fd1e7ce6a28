// Accounts as people meet them: the installation opened, an administrator, a director invited, a list
// with names, the trace, the way out. Every page on the way is looked at from every side.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./navigateur.mjs";
import { MOT_DE_PASSE, totp } from "./personne.mjs";
import { faults } from "./regard.mjs";
import { serveRegion } from "./serveur.mjs";

const CENTRE = "01004S00";
let browser;
let region;
/** Recovery codes of the director, of which each serves once. */
let codes = [];
before(async () => {
  region = await serveRegion();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await region?.stop();
});

const send = (page) => page.click("main form button[type=submit]");
/** A link that was handed over: the server of the tests chose its port after it was told its address. */
const here = (lien) => region.url + new URL(lien).pathname;
const path = (page) => new URL(page.url()).pathname;

async function choosePassword(page, first = MOT_DE_PASSE) {
  await page.fill("#mot_de_passe", first);
  await page.fill("#repete", first);
  await send(page);
}

async function signIn(page, courriel) {
  await page.fill("#courriel", courriel);
  await page.fill("#mot_de_passe", MOT_DE_PASSE);
  await send(page);
}

/** Sets the second factor up, after one wrong code; the recovery codes shown. */
async function installFactor(page, look) {
  await look("facteur");
  await page.fill("#code", "000000");
  await send(page);
  assert.match(await page.innerText("[role=alert]"), /code/i);
  await look("facteur-refus");
  await page.fill("#code", totp(await page.innerText("span.code.long")));
  await send(page);
  await look("codes");
  const shown = await page.locator(".codes li").allInnerTexts();
  assert.ok(shown.length >= 8, shown.join(" "));
  await page.click("main .actions a");
  return shown;
}

test("from the first page of an installation to a director who reads names, and the trace of it", async () => {
  const found = [];
  const context = await browser.newContext();
  const page = await context.newPage();
  const look = async (name) => found.push(...(await faults(page, name)));

  await page.goto(`${region.url}/installation`);
  await look("installation");
  await page.fill("#nom", "Ada Admin");
  await page.fill("#courriel", "ada@essai.example");
  await send(page);
  await page.waitForURL(/\/invitation\//);
  await look("invitation");
  await choosePassword(page, "court");
  assert.match(await page.innerText("[role=alert]"), /caractères/);
  await look("invitation-refus");
  await choosePassword(page);
  assert.match(await page.innerText("[role=status]"), /compte est ouvert/);
  await look("connexion");
  await page.fill("#courriel", "ada@essai.example");
  await page.fill("#mot_de_passe", "pas celui-là");
  await send(page);
  await page.waitForSelector("[role=alert]");
  await look("connexion-refus");
  await signIn(page, "ada@essai.example");
  await installFactor(page, look);
  await look("accueil-administrateur");
  await page.click("header nav >> text=Alertes");
  await look("alertes-administrateur");
  await page.click("main .actions a");
  await look("alertes-reglages-administrateur");
  await page.click("header nav >> text=Administration");
  await look("administration");
  for (const place of ["Santé", "Centres", "Fusions et scissions", "Réglages", "Catalogue", "Packs", "Travaux", "Stockage"]) {
    await page.click(`main dt >> text=${place}`);
    await look(`administration-${place}`);
    await page.click("header nav >> text=Administration");
  }
  await page.click("main dt >> text=Installation");
  await look("installation-comptes");

  await page.click("header nav >> text=Personnes");
  await look("personnes");
  await page.fill("#nom", "Denise Directrice");
  await page.fill("#courriel", "denise@essai.example");
  await page.selectOption("#role", "directeur");
  await send(page);
  await page.waitForSelector("[role=alert]");
  await look("personnes-refus");
  await page.selectOption("#structure", CENTRE);
  await send(page);
  const lien = await page.innerText("p.code.long");
  await look("lien");
  await page.click("main .actions a");
  await look("personnes-attente");
  await page.click("text=Ada Admin >> nth=-1");
  await look("personne-soi");
  await page.click("text=Se déconnecter");
  assert.match(await page.innerText("[role=status]"), /déconnecté/);
  await look("sortie");

  await page.goto(here(lien));
  await choosePassword(page);
  await signIn(page, "denise@essai.example");
  codes = await installFactor(page, look);
  await look("accueil-directrice");
  await page.click("header nav >> text=Alertes");
  await look("alertes-directrice");
  await page.click("main .actions a");
  await look("alertes-reglages-directrice");
  await page.goto(`${region.url}/controles`);
  await page.click("main table a >> nth=0");
  await page.goto(`${page.url().split(/[?#]/)[0]}?centre=${CENTRE}`);
  await look("regle");
  await listWithNames(page);
  await look("liste-noms");
  await page.click("header nav >> text=Trace");
  assert.match(await page.innerText("main table"), /Denise Directrice/);
  await look("trace");
  await page.goto(`${region.url}/compte`);
  await look("compte");
  await page.fill("#present", "pas celui-là");
  await choosePasswordOf(page);
  await look("compte-refus");
  await page.goto(`${region.url}/compte/second-facteur`);
  await look("facteur-autre");
  for (const [where, status] of [["/installation", 403], ["/rien", 404]]) {
    assert.equal((await page.goto(region.url + where)).status(), status);
    await look(`erreur-${status}`);
  }
  await page.goto(`${region.url}/personnes`);
  await page.fill("#nom", "Camille Conseil");
  await page.fill("#courriel", "camille@essai.example");
  await page.selectOption("#role", "referent");
  await page.click("text=Inviter >> nth=-1");
  const second = await page.innerText("p.code.long");
  await page.click("text=Se déconnecter");
  await page.goto(`${region.url}/mot-de-passe-oublie`);
  await look("oubli");
  await page.goto(here(second));
  await choosePassword(page);
  await signIn(page, "denise@essai.example");
  await look("second-facteur");
  await page.fill("#code", codes.pop());
  await send(page);
  await page.goto(`${region.url}/personnes`);
  await look("personnes-centre");
  await page.click("text=Camille Conseil");
  await look("personne");
  await page.click("text=Faire un lien");
  await page.goto(here(await page.innerText("p.code.long")));
  await look("mot-de-passe");
  await context.close();
  assert.deepEqual(found, []);
});

async function choosePasswordOf(page) {
  await page.fill("#mot_de_passe", "une autre phrase de passe");
  await page.fill("#repete", "une autre phrase de passe");
  await page.click("text=Changer le mot de passe");
  await page.waitForSelector("[role=alert]");
}

/** The first rule whose list in the centre shows names. */
async function listWithNames(page) {
  await page.goto(`${region.url}/controles`);
  const links = await page.locator("main table a").evaluateAll((all) => all.map((a) => a.pathname));
  for (const link of new Set(links.filter((link) => /^\/controles\/[A-Z]+-\d+$/.test(link)))) {
    await page.goto(`${region.url}${link}?centre=${CENTRE}`);
    if ((await page.locator("th:text-is('Jeune')").count()) > 0) return;
  }
  throw new Error("no list shows names");
}

test("the keyboard alone, without JavaScript: in, a page, out", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const keys = page.keyboard;
  /** Tabs until the focus is on what is looked for. */
  const reach = async (what) => {
    for (let step = 0; step < 60; step += 1) {
      await keys.press("Tab");
      if ((await page.locator(`${what}:focus`).count()) > 0) return;
    }
    throw new Error(`the keyboard does not reach ${what}`);
  };
  const enter = () => Promise.all([page.waitForNavigation(), keys.press("Enter")]);

  await page.goto(`${region.url}/trace`);
  assert.equal(path(page), "/connexion");
  await reach("#courriel");
  await keys.type("denise@essai.example");
  await keys.press("Tab");
  await keys.type(MOT_DE_PASSE);
  await enter();
  assert.equal(path(page), "/connexion/second-facteur");
  // The field takes the focus by itself.
  await page.locator("#code:focus").waitFor();
  await keys.type(codes.pop());
  await enter();
  assert.equal(path(page), "/trace", "one goes where one wanted to go");
  assert.match(await page.innerText("main table"), /Lecture d'une liste/);
  await reach("header a[href='/compte']");
  await enter();
  await reach(".qui button");
  await enter();
  assert.match(await page.innerText("[role=status]"), /déconnecté/);
  await page.goto(`${region.url}/trace`);
  assert.equal(path(page), "/connexion");
  await context.close();
});
