// The life of an installation, as its people meet it: prepared at the terminal, opened, a director who
// invites a conseiller who signs in by the identity provider, what each reads, an urgency, a right of
// access answered, the key of the centre taken, a backup put on another directory, the master key
// changed there. Every act is what a form or a command of the program offers.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { CENTRES, canari, writeRegion } from "./canaris.mjs";
import { inside } from "./chasse.mjs";
import { LEA, federate } from "./fournisseur.mjs";
import { launch } from "./navigateur.mjs";
import { Personne, between } from "./personne.mjs";
import { mallette, serve } from "./serveur.mjs";

const CENTRE = CENTRES[0];
const LISTE = `/controles/DOS-01?centre=${CENTRE}`;
/** Young persons whom C1 follows, and others: the conseiller is in the name. */
const [SIEN, AUTRE] = ["C1", "C2"].map((conseiller) => canari("NOM", 0) + conseiller);
let browser, dir, donnees, federation, folders, server, url;

before(async () => {
  dir = mkdtempSync(join(tmpdir(), "mallette-installation-"));
  donnees = join(dir, "donnees");
  folders = writeRegion(dir);
  federation = await federate(dir);
  url = federation.url;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.end();
  await federation?.end();
  rmSync(dir, { recursive: true, force: true });
});

/** Sends the extracts of the centre; what the page of their import says once it has ended. */
async function deposit(personne, date) {
  const names = readdirSync(folders[0]).filter((file) => file.endsWith(".csv"));
  const files = names.map((name) => ({ name, bytes: readFileSync(join(folders[0], name)) }));
  return (await personne.deposit(files, date)).text;
}

/** Signs in by the provider, from that page, with that button: the person, by its cookie. */
async function throughProvider(from, button) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(from);
  await page.getByRole("button", { name: button }).click();
  await page.waitForURL(`${url}/`);
  const lea = new Personne(url, "léa");
  lea.session = (await context.cookies()).find((cookie) => cookie.name === "mallette").value;
  await context.close();
  return lea;
}

test("from an empty machine to a restored one, each reads what is its own", async () => {
  // Prepared at the terminal; two of the centres are brought by it.
  const who = ["--nom", "Ada Admin", "--courriel", "ada@essai.example", "--adresse-publique", url];
  const link = mallette("initialiser", "--donnees", donnees, ...who).trim();
  for (const folder of folders.slice(1)) mallette("importer", folder, "--donnees", donnees);
  server = await federation.serve(donnees);
  const admin = await new Personne(url, "admin").enter(link, "ada@essai.example");

  // A director, who brings the extracts of the centre and reads its names; the administrator does not.
  const directeur = await admin.invite("denise", "directeur", CENTRE);
  assert.match(await deposit(directeur, "2019-11-05"), /✓|compte rendu/);
  assert.match((await directeur.ask(LISTE)).text, new RegExp(AUTRE));
  for (const other of CENTRES.slice(1)) {
    const foreign = await directeur.ask(`/controles/DOS-01?centre=${other}`);
    assert.ok(!foreign.text.includes(canari("NOM", CENTRES.indexOf(other))), foreign.text);
  }
  assert.ok(!(await admin.ask(LISTE)).text.includes(canari("NOM", 0)));
  // Nobody gives oneself a role, and the administrator least of all.
  const moi = /\/personnes\/[^"/]+/.exec((await admin.ask("/personnes")).text)[0];
  const seized = await admin.ask(`${moi}/roles`, { role: "directeur", structure: CENTRE, conseiller: "", debut: "", fin: "" });
  assert.ok(seized.status >= 400, `${seized.status}: an administrator gave himself a centre`);

  // A conseiller, who opens the account by the provider, and reads the portfolio and nothing else.
  const form = { nom: "Léa Durand", courriel: LEA, role: "conseiller", structure: CENTRE, conseiller: "C1", debut: "", fin: "" };
  const invited = await directeur.ask("/personnes/invitations", form);
  const lien = between(invited.text, '<p class="code long">', "</p>");
  const lea = await throughProvider(lien, /Ouvrir le compte avec/);
  const own = (await lea.ask(LISTE)).text;
  assert.match(own, new RegExp(SIEN));
  assert.ok(!own.includes(AUTRE), "a conseiller reads the portfolio of another");

  // An urgency: a reason, the whole centre, the director told, who closes it.
  const without = await lea.ask("/urgence", { structure: CENTRE, motif: "" });
  assert.ok(without.status >= 400, "an urgency was opened without a reason");
  const motif = "Un jeune de Camille est aux urgences, elle est absente";
  assert.equal((await lea.ask("/urgence", { structure: CENTRE, motif })).status, 303);
  assert.match((await lea.ask(LISTE)).text, new RegExp(AUTRE));
  assert.match((await directeur.ask("/")).text, /urgence/i);
  const told = await directeur.ask("/urgence");
  assert.ok(told.text.includes("aux urgences"), told.text);
  const id = between(told.text, 'name="id" value="', '"');
  assert.equal((await directeur.ask("/urgence/suite", { id, fermer: "oui" })).status, 303);
  assert.ok(!(await lea.ask(LISTE)).text.includes(AUTRE), "a closed urgency still opens");
  const trace = (await directeur.ask("/trace")).text;
  assert.match(trace, /Léa Durand/);
  assert.match(trace, /urgence/i);

  // A young person asks what is held: found, handed over, recorded, answered.
  const found = (await directeur.ask(`/rgpd?centre=${CENTRE}&q=${SIEN}`)).text;
  const jeune = new RegExp(`/rgpd/jeunes/${CENTRE}/[^"/?]+`).exec(found)[0];
  const releve = await directeur.ask(`${jeune}/releve.xlsx`);
  assert.match(inside(releve).toString("latin1"), new RegExp(SIEN));
  const asked = { genre: "acces", recue: "2026-11-02", objet: "Courrier du 2 novembre", ligne: "", colonne: "", valeur: "" };
  assert.equal((await directeur.ask(`${jeune}/demandes`, asked)).status, 303);
  const demandes = (await directeur.ask(`/rgpd?centre=${CENTRE}`)).text;
  const cloture = /\/rgpd\/demandes\/\d+\/cloture/.exec(demandes)[0];
  const answer = { centre: CENTRE, etat: "satisfaite", reponse: "Relevé remis en main propre" };
  assert.equal((await directeur.ask(cloture, answer)).status, 303);
  assert.match((await directeur.ask(`/rgpd?centre=${CENTRE}`)).text, /Relevé remis en main propre/);
  // Nobody else answers for the centre.
  for (const other of [lea, admin]) assert.equal((await other.ask(jeune)).status, 403);

  // The director takes the key: the machine alone no longer opens the centre.
  const taken = await directeur.ask("/cle/prise", { structure: CENTRE });
  assert.equal(taken.status, 200, taken.text);
  assert.match((await directeur.ask(LISTE)).text, new RegExp(AUTRE));
  assert.match(await deposit(directeur, "2019-11-06"), /✓|compte rendu/);

  // Saved while it is served, put on another directory, found sound there.
  const [phrase, file, ailleurs] = ["phrase", "sauvegarde.age", "ailleurs"].map((name) => join(dir, name));
  writeFileSync(phrase, "cheval agrafe pile correcte\n");
  mallette("sauvegarder", "--donnees", donnees, "--sortie", file, "--phrase-de-passe-fichier", phrase);
  await server.end();
  mallette("restaurer", file, "--donnees", ailleurs, "--phrase-de-passe-fichier", phrase);
  mallette("verifier", "--donnees", ailleurs);
  assert.throws(() => mallette("importer", folders[0], "--donnees", ailleurs), /moitié/);

  // The director alone opens the names there, before and after the master key is changed.
  for (const change of [false, true]) {
    if (change) {
      const before = mallette("cle", "montrer", "--donnees", ailleurs);
      mallette("cle", "changer", "--donnees", ailleurs);
      assert.notEqual(mallette("cle", "montrer", "--donnees", ailleurs), before);
    }
    server = await serve(ailleurs);
    await directeur.sign(server.url);
    assert.match((await directeur.ask(LISTE)).text, new RegExp(AUTRE));
    await admin.sign(server.url);
    assert.ok(!(await admin.ask(LISTE)).text.includes(canari("NOM", 0)));
    await server.end();
    server = null;
  }
  mallette("verifier", "--donnees", ailleurs);
});
