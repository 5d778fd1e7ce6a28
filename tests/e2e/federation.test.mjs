// Signing in by an identity provider, in a real browser: what a form is redirected to is held
// against the policy of its page, and cookies against the site that sends one back.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, violations } from "./navigateur.mjs";
import { env as known, mallette } from "./serveur.mjs";

const COURRIEL = "lea.durand@ml.example";
const running = [];
let browser, dir, link, page, url;

/** A free port of this machine. */
async function freePort() {
  const server = createServer();
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Starts a program; what the pattern finds in what it says. */
function start(command, args, options, pattern) {
  const child = spawn(command, args, { ...options, stdio: ["pipe", "pipe", "pipe"] });
  running.push(child);
  return new Promise((resolve, reject) => {
    let said = "";
    const listen = (chunk) => {
      said += chunk;
      const found = pattern.exec(said);
      if (found) resolve(found[1]);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.on("exit", () => reject(new Error(`${command} stopped: ${said}`)));
  });
}

before(async () => {
  dir = mkdtempSync(join(tmpdir(), "mallette-oidc-"));
  const port = await freePort();
  // The provider is at 127.0.0.1: another site.
  url = `http://localhost:${port}`;
  const scripts = join(dir, "fournisseur");
  cpSync(new URL("../../crates/acces/tests/fournisseur", import.meta.url), scripts, { recursive: true });
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--silent"], { cwd: scripts });
  const issuer = await start("node", [join(scripts, "certifie.mjs"), url], {}, /PRET (\S+)/);
  const env = { ...known, MALLETTE_OIDC_SECRET: "un-secret-de-test-assez-long-pour-tous" };
  const donnees = join(dir, "donnees");
  const who = ["--nom", "Léa Durand", "--courriel", COURRIEL, "--adresse-publique", url];
  link = mallette("initialiser", "--donnees", donnees, ...who).trim();
  const provider = ["--oidc-emetteur", issuer, "--oidc-client", "mallette", "--oidc-acr", "eidas2"];
  const where = ["--adresse", `127.0.0.1:${port}`, "--adresse-publique", url];
  const args = ["servir", "--donnees", donnees, ...where, ...provider];
  await start(process.env.MALLETTE_BIN ?? "mallette", args, { env }, /ouvrir (http)/);
  browser = await launch();
  page = await browser.newPage();
});

after(async () => {
  await browser?.close();
  for (const child of running) child.kill();
  rmSync(dir, { recursive: true, force: true });
});

test("an invitation is accepted, one signs out there too, and in again", async () => {
  await page.goto(link);
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "Ouvrir le compte avec ProConnect" }).click();
  // Two factors over there, which the setting believes: no other is asked for.
  await page.waitForURL(`${url}/`);
  await page.goto(`${url}/compte`);
  await page.getByText(COURRIEL).waitFor();
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
