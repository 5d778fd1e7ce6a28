// Signing in by an identity provider, in a real browser: what a form is redirected to is held
// against the policy of its page, and cookies against the site that sends one back.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { LEA, federate } from "./fournisseur.mjs";
import { launch, violations } from "./navigateur.mjs";
import { mallette } from "./serveur.mjs";

let browser, dir, federation, link, page, server, url;

before(async () => {
  dir = mkdtempSync(join(tmpdir(), "mallette-oidc-"));
  federation = await federate(dir);
  url = federation.url;
  const donnees = join(dir, "donnees");
  const who = ["--nom", "Léa Durand", "--courriel", LEA, "--adresse-publique", url];
  link = mallette("initialiser", "--donnees", donnees, ...who).trim();
  server = await federation.serve(donnees);
  browser = await launch();
  page = await browser.newPage();
});

after(async () => {
  await browser?.close();
  await server?.end();
  await federation?.end();
  rmSync(dir, { recursive: true, force: true });
});

test("an invitation is accepted, one signs out there too, and in again", async () => {
  await page.goto(link);
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "Ouvrir le compte avec ProConnect" }).click();
  // Two factors over there, which the setting believes: no other is asked for.
  await page.waitForURL(`${url}/`);
  await page.goto(`${url}/compte`);
  await page.getByText(LEA).waitFor();
  assert.deepEqual(await violations(page), []);

  await page.getByRole("button", { name: "Se déconnecter" }).click();
  await page.getByRole("button", { name: /sign me out/i }).click();
  await page.waitForURL(`${url}/connexion`);
  await page.goto(`${url}/compte`);
  await page.waitForURL(/\/connexion\?retour=/);
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "Se connecter avec ProConnect" }).click();
  await page.waitForURL(`${url}/compte`);
});
