// A team given accounts by a file, and figures published to a funder, as people meet them: every page
// on the way is looked at from every side.
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
/** Of the centre: who alone may invite into it. */
let directeur;
before(async () => {
  region = await serveRegion();
  browser = await launch();
  admin = await firstAdministrator(region.url);
});
after(async () => {
  await browser?.close();
  await region?.stop();
});

/** A page of the browser, as that person. */
async function as(personne) {
  const context = await browser.newContext({ javaScriptEnabled: true });
  await context.addCookies([{ name: "mallette", value: personne.session, url: region.url }]);
  return context.newPage();
}

test("a director drops the file of a team, reads what it would change, and hands the links on", async () => {
  directeur = await admin.invite("directeur", "directeur", CENTRE);
  const page = await as(directeur);
  const found = [];
  const look = async (name) => found.push(...(await faults(page, name)));
  await page.goto(`${region.url}/personnes`);
  await page.click("text=déposer un fichier");
  await look("fichier");
  const text = [
    "Courriel;Prénom;Nom;Rôle;Centre;Fin d'intérim;Fonctions",
    `zoe@essai.example;Zoé;Petit;Conseillère;${CENTRE};;référent justice`,
    `luc@essai.example;Luc;Martin-Deschamps de la Villardière;Référent;${CENTRE};31/12/2099;`,
    `ana@essai.example;Ana;Roux;Cheffe;${CENTRE};;`,
    "eva@essai.example;Eva;Blanc;Conseiller;38185S00;;",
  ];
  const buffer = Buffer.from(text.join("\r\n"), "utf8");
  const file = { name: "équipe de janvier.csv", mimeType: "text/csv", buffer };
  await page.setInputFiles("#fichier", file);
  await page.click("text=Voir ce qu'il changerait");
  await page.waitForURL(/\/personnes\/fichier\/[^/]+$/);
  await look("apercu");
  const shown = await page.innerText("main");
  assert.match(shown, /« Cheffe »/);
  assert.match(shown, /pas à votre main/);
  await page.click("text=Appliquer");
  await page.waitForSelector("#liens");
  await look("remise");
  const links = await page.locator("td .code").allInnerTexts();
  assert.equal(links.length, 2);
  // The same file again: nothing to do.
  await page.goto(`${region.url}/personnes/fichier`);
  await page.setInputFiles("#fichier", file);
  await page.click("text=Voir ce qu'il changerait");
  await page.waitForSelector("#confirmation");
  assert.match(await page.innerText("main"), /Rien à faire/);
  // One of them opens the account, and is seen signed in.
  const { Personne } = await import("./personne.mjs");
  await new Personne(region.url, "zoe").enter(links[0], "zoe@essai.example");
  await page.goto(`${region.url}/personnes`);
  await page.click("text=Zoé Petit");
  await page.waitForSelector("#sessions");
  await look("personne");
  assert.deepEqual(found, []);
});

test("figures are published by a chargé de mission, read by a funder, then withdrawn", async () => {
  const charge = await admin.invite("charge", "charge_de_mission");
  const financeur = await admin.invite("financeur", "financeur");
  const [page, reader] = [await as(charge), await as(financeur)];
  const found = [];
  await page.goto(`${region.url}/publications/nouvelle?centres=oui`);
  found.push(...(await faults(page, "publier")));
  assert.match(await page.innerText("main"), /chiffres? (est|sont) secrets?/);
  await page.fill("#titre", "Année, par centre");
  await page.click("text=Publier ce qui suit");
  await page.waitForSelector("#retrait");
  const published = page.url();
  await reader.goto(region.url);
  found.push(...(await faults(reader, "financeur")));
  await reader.click("text=Année, par centre");
  await reader.waitForSelector("#reseau");
  found.push(...(await faults(reader, "publication")));
  assert.equal(await reader.locator("#retrait").count(), 0);
  await page.fill("#motif", "Une extraction était incomplète");
  await page.click("main >> text=Retirer >> nth=-1");
  await page.waitForURL(/fait=retrait/);
  found.push(...(await faults(page, "publications")));
  await reader.goto(published);
  assert.match(await reader.innerText("main"), /Une extraction était incomplète/);
  assert.equal(await reader.locator("table").count(), 0);
  assert.deepEqual(found, []);
});

test("a rule is written without SQL, tried on the data, reviewed by another and published", async () => {
  const charge = await admin.invite("plume", "charge_de_mission");
  const other = await admin.invite("relecture", "charge_de_mission");
  const [page, reader] = [await as(charge), await as(other)];
  const found = [];
  const look = async (name) => found.push(...(await faults(page, name)));
  await page.goto(`${region.url}/redaction/nouvelle`);
  await look("nouvelle règle");
  await page.fill("#titre", "Absences répétées");
  await page.selectOption("#vue", "dossier");
  await page.selectOption("#portee", "");
  await page.click("main >> text=Commencer");
  await page.waitForSelector("#conditions");
  await page.selectOption("#gravite", "info");
  await page.fill("#message", "Ce jeune a manqué plusieurs rendez-vous.");
  await page.fill("#pourquoi", "Une relance vaut mieux tôt.");
  await page.fill("#correction", "Le rappeler.");
  await page.selectOption("#g0-c0-champ", "lie:absence");
  await page.click("text=Enregistrer et voir les comparaisons possibles");
  await page.waitForSelector("#g0-c0-operateur");
  await page.selectOption("#g0-c0-operateur", "au_moins");
  await page.fill("#g0-c0-fenetre", "12");
  await page.click("text=Enregistrer et voir les comparaisons possibles");
  await page.waitForSelector("#g0-c0-valeur");
  await page.fill("#g0-c0-valeur", "2");
  for (const [rank, kind, value] of [[0, "à retenir", "2"], [1, "à laisser", "1"]]) {
    await page.click(`text=Ajouter un exemple ${kind}`);
    await page.waitForSelector(`#e${rank}-v-lie_absence_12`);
    await page.fill(`#e${rank}-v-lie_absence_12`, value);
  }
  await page.click("main >> text=Enregistrer >> nth=-1");
  await page.waitForURL(/fait=ecrite/);
  await look("éditeur");
  const address = page.url().split("?")[0];
  await page.click("text=Essayer sur les données du moment");
  await page.waitForSelector("#objets");
  await look("essai");
  assert.match(await page.innerText("main"), /objets? évalués?/);
  await reader.goto(address);
  await reader.click("text=J'ai relu cette version");
  await reader.waitForURL(/fait=relue/);
  await page.goto(address);
  await page.click("main >> text=Publier >> nth=-1");
  await page.waitForURL(/fait=publiee/);
  // The server sees it within seconds, judges, and shows it among the others.
  const code = address.split("/").pop();
  for (let tries = 0; tries < 60; tries += 1) {
    await page.goto(`${region.url}/controles/${code}`);
    if (/objets? évalués?/.test(await page.innerText("main"))) break;
    await page.waitForTimeout(2000);
  }
  assert.match(await page.innerText("main"), /objets? évalués?/);
  await page.goto(`${region.url}/redaction`);
  await look("règles rédigées");
  await page.goto(`${region.url}/redaction/sql`);
  await look("sql");
  assert.deepEqual(found, []);
});

test("an indicator is defined without SQL, seen on the data, reviewed by another and read among the others", async () => {
  const charge = await admin.invite("compas", "charge_de_mission");
  const other = await admin.invite("seconde", "charge_de_mission");
  const [page, reader] = [await as(charge), await as(other)];
  const found = [];
  const look = async (name) => found.push(...(await faults(page, name)));
  await page.goto(`${region.url}/redaction/indicateurs/nouveau`);
  await look("nouvel indicateur");
  // By the keyboard alone: the fields are in the order in which they are read.
  await page.focus("#titre");
  await page.keyboard.type("Sorties en emploi");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Une part");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Passages");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#date");
  assert.equal(await page.inputValue("#calcul"), "taux");
  await page.selectOption("#date", "date_fin");
  await page.selectOption("#sens", "haut");
  await page.fill("#phrase", "Combien de parcours finissent en emploi.");
  await page.selectOption("#g0-c0-champ", "emploi_sortie");
  await page.click("text=Enregistrer et voir les comparaisons possibles");
  await page.waitForSelector("#g0-c0-operateur");
  await page.selectOption("#g0-c0-operateur", "oui");
  await look("éditeur d'indicateur");
  const address = page.url().split("#")[0];
  await page.click("text=Enregistrer et voir le résultat");
  await page.waitForURL(/\/essai/);
  await look("résultat");
  const told = await page.innerText("main");
  assert.match(told, /Mois par mois/i);
  assert.match(told, /Région/);
  await reader.goto(address);
  await reader.click("text=J'ai relu cette version");
  await reader.waitForURL(/fait=relu/);
  await page.goto(address);
  await page.click("main >> text=Publier >> nth=-1");
  await page.waitForURL(/fait=publie/);
  // The server sees it within seconds, measures it, and shows it among the others.
  const code = address.split("/").pop();
  let answer;
  for (let tries = 0; tries < 60; tries += 1) {
    answer = await page.goto(`${region.url}/indicateurs/${code}`);
    if (answer.status() === 200) break;
    await page.waitForTimeout(2000);
  }
  assert.equal(answer.status(), 200);
  await look("indicateur défini");
  assert.match(await page.innerText("main"), /Indicateur défini par le réseau/);
  await page.goto(`${region.url}/redaction`);
  await look("règles et indicateurs rédigés");
  assert.deepEqual(found, []);
});

test("a share over linked rows and a median of a delay are composed, read, and taken away as a workbook", async () => {
  const referent = await directeur.invite("mesure", "referent", CENTRE);
  const page = await as(referent);
  const found = [];
  const look = async (name) => found.push(...(await faults(page, name)));
  const save = async () => {
    await Promise.all([
      page.waitForNavigation(),
      page.click("text=Enregistrer et voir les comparaisons possibles"),
    ]);
  };
  await page.goto(`${region.url}/redaction/indicateurs/nouveau`);
  await page.fill("#titre", "Entretien dans les trois mois");
  await page.selectOption("#calcul", "taux");
  await page.selectOption("#vue", "passage");
  await page.click("main >> text=Commencer");
  await page.waitForSelector("#date");
  const address = page.url().split("#")[0];
  await page.selectOption("#date", "date_entree");
  await page.selectOption("#sens", "haut");
  await page.fill("#phrase", "Combien de parcours commencent par un entretien.");
  await page.selectOption("#g0-c0-champ", "lie:entretien_honore");
  await save();
  // Over which time: asked as soon as linked rows are chosen, reached by the keyboard in the order of reading.
  await page.focus("#g0-c0-champ");
  await page.keyboard.press("Tab");
  await page.keyboard.type("3");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.selectOption("#g0-c0-repere", "apres:date_entree");
  await page.selectOption("#g0-c0-operateur", "au_moins");
  await save();
  await page.fill("#g0-c0-valeur", "1");
  await save();
  assert.equal(await page.inputValue("#g0-c0-fenetre"), "3");
  await look("lignes liées");
  await page.click("text=Enregistrer et voir le résultat");
  await page.waitForURL(/\/essai/);
  await look("résultat sur des lignes liées");
  assert.match(await page.innerText("main"), /Lignes trop récentes : moins de 3 mois/);
  assert.match(await page.innerText("main"), /elle prouve le chiffre/);
  const [book] = await Promise.all([
    page.waitForEvent("download"),
    page.click("text=Télécharger ce résultat (XLSX)"),
  ]);
  assert.match(book.suggestedFilename(), /^essai_IND-\d+_.*01004S00\.xlsx$/);
  // Lines of nobody: said, and nothing typed is lost.
  await page.goto(address);
  await page.click("text=Ajouter une condition >> nth=0");
  await page.waitForSelector("#s-c0-champ");
  await page.selectOption("#s-c0-champ", "dispositif");
  await save();
  await page.selectOption("#s-c0-operateur", "parmi");
  await save();
  await page.fill("#s-c0-valeur", "NULLE PART");
  await page.click("text=Enregistrer et voir le résultat");
  await page.waitForURL(/\/essai/);
  assert.match(await page.innerText("main"), /Il ne divise par rien/);
  await look("résultat qui ne divise par rien");
  await page.goto(address);
  assert.equal(await page.inputValue("#s-c0-valeur"), "NULLE PART");
  // A median of a delay: two dates, no unit to choose.
  await page.fill("#s-c0-valeur", "PACEA");
  await page.selectOption("#calcul", "mediane");
  await page.click("text=Enregistrer et voir les choix possibles");
  await page.waitForSelector("#mesure");
  await page.selectOption("#mesure", "delai");
  await page.click("text=Enregistrer et voir les choix possibles");
  await page.waitForSelector("#delai_de");
  await page.selectOption("#delai_de", "date_entree");
  await page.selectOption("#delai_a", "premier_entretien");
  await look("médiane d'un délai");
  await page.click("text=Enregistrer et voir le résultat");
  await page.waitForURL(/\/essai/);
  await look("résultat d'une médiane");
  assert.match(await page.innerText("main"), /jours/);
  assert.match(await page.innerText("main"), /Médiane du délai en jours/);
  assert.deepEqual(found, []);
});

test("a value is tried on the data, given to the network with a reason, and said where it judges", async () => {
  const charge = await admin.invite("seuils", "charge_de_mission");
  const page = await as(charge);
  const found = [];
  const look = async (name) => found.push(...(await faults(page, name)));
  await page.goto(`${region.url}/parametres`);
  await look("paramètres");
  await page.click("text=Durée du diagnostic");
  await page.waitForSelector("#reseau-valeur");
  await page.fill("#reseau-valeur", "60");
  // Trying asks for no reason, and writes nothing.
  await page.click("text=Essayer sur les données du moment");
  await page.waitForSelector("#essai");
  await look("essai d'une valeur");
  assert.match(await page.innerText("main"), /retenus au lieu de/);
  assert.equal(await page.inputValue("#reseau-valeur"), "60");
  await page.fill("#reseau-motif", "Convention de l'année");
  await page.click("text=Donner cette valeur");
  await page.waitForURL(/fait=poser/);
  await look("paramètre");
  for (let tries = 0; tries < 60; tries += 1) {
    await page.goto(`${region.url}/controles/DIA-02`);
    if (/plus de 60 jours/.test(await page.innerText("h1"))) break;
    await page.waitForTimeout(2000);
  }
  assert.match(await page.innerText("main"), /60\s*jours, valeur du réseau depuis le/);
  await look("règle dont la valeur a changé");
  await page.goto(`${region.url}/parametres/DIA-02/jours`);
  await page.fill("#reseau-motif", "Fin de l'essai");
  await page.click("text=Revenir à");
  await page.waitForURL(/fait=retirer/);
  assert.deepEqual(found, []);
});
