// An installation served under its public address beside a certified identity provider: another site.
import { execFileSync, spawn } from "node:child_process";
import { cpSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { env as known } from "./serveur.mjs";

/** The person whom the provider signs in, by two factors. */
export const LEA = "lea.durand@ml.example";

/** A free port of this machine. */
async function freePort() {
  const server = createServer();
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Starts a program: what the pattern finds in what it says, and how to end it. */
function start(command, args, options, pattern) {
  const child = spawn(command, args, { ...options, stdio: ["pipe", "pipe", "pipe"] });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const end = async () => {
    child.kill("SIGINT");
    await ended;
  };
  return new Promise((resolve, reject) => {
    let said = "";
    const listen = (chunk) => {
      said += chunk;
      const found = pattern.exec(said);
      if (found) resolve({ found: found[1], end });
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.on("exit", () => reject(new Error(`${command} stopped: ${said}`)));
  });
}

/**
 * Starts the provider for an installation of which only the address is known yet:
 * { url, serve, end }. `serve` serves a data directory there, and gives how to stop.
 */
export async function federate(dir) {
  const port = await freePort();
  // The provider is at 127.0.0.1: another site.
  const url = `http://localhost:${port}`;
  const scripts = join(dir, "fournisseur");
  cpSync(new URL("../../crates/acces/tests/fournisseur", import.meta.url), scripts, { recursive: true });
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--silent"], { cwd: scripts });
  const { found: issuer, end } = await start("node", [join(scripts, "certifie.mjs"), url], {}, /PRET (\S+)/);
  const env = { ...known, MALLETTE_OIDC_SECRET: "un-secret-de-test-assez-long-pour-tous" };
  const provider = ["--oidc-emetteur", issuer, "--oidc-client", "mallette", "--oidc-acr", "eidas2"];
  const where = ["--adresse", `127.0.0.1:${port}`, "--adresse-publique", url];
  const serve = (donnees) => {
    const args = ["servir", "--donnees", donnees, ...where, ...provider];
    return start(process.env.MALLETTE_BIN ?? "mallette", args, { env }, /ouvrir (http)/);
  };
  return { url, serve, end };
}
