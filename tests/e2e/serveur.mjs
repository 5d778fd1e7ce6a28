// A region made, imported and served by the real binary, for the browser journeys.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const binary = process.env.MALLETTE_BIN ?? "mallette";

// Master keys stay out of the home of who runs the tests.
const cles = mkdtempSync(join(tmpdir(), "mallette-e2e-cles-"));
process.on("exit", () => rmSync(cles, { recursive: true, force: true }));
/** What the binary is run with. */
export const env = { ...process.env, MALLETTE_CLE_DOSSIER: cles };

/** Runs the binary to its end; its standard output. */
export function mallette(...args) {
  const most = 256 * 1024 * 1024;
  const stdio = ["ignore", "pipe", "pipe"];
  return execFileSync(binary, args, { encoding: "utf8", stdio, env, maxBuffer: most });
}

/**
 * Serves a data directory on a free port: { url, metriques, said, end }. `said` gives what the server
 * has written so far; `end` stops it and waits.
 */
export async function serve(donnees, { options = [], tmp = tmpdir() } = {}) {
  const args = ["servir", "--donnees", donnees, "--adresse", "127.0.0.1:0", ...options];
  const server = spawn(binary, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...env, TMPDIR: tmp },
  });
  let said = "";
  const ended = new Promise((resolve) => server.on("exit", resolve));
  const found = await new Promise((resolve, reject) => {
    const hear = (chunk) => {
      said += chunk;
      const pages = /ouvrir (http:\/\/127\.0\.0\.1:\d+)/.exec(said);
      const metriques = /(http:\/\/127\.0\.0\.1:\d+\/metrics)/.exec(said);
      const asked = options.includes("--metriques");
      if (pages && (metriques || !asked)) resolve({ url: pages[1], metriques: metriques?.[1] });
    };
    server.stdout.on("data", (chunk) => (said += chunk));
    server.stderr.on("data", hear);
    server.on("exit", () => reject(new Error(`the server stopped: ${said}`)));
  });
  const end = async () => {
    server.kill("SIGINT");
    await ended;
  };
  return { ...found, said: () => said, end };
}

/** A region of 12 centres, served on a free port: { url, dir, stop }. */
export async function serveRegion() {
  const dir = mkdtempSync(join(tmpdir(), "mallette-e2e-"));
  const files = join(dir, "extraits");
  const args = ["--structures", "12", "--dossiers", "700", "--graine", "5"];
  mallette("generer", "--sortie", files, ...args);
  const donnees = join(dir, "donnees");
  mallette("importer", files, "--donnees", donnees);
  const { url, end } = await serve(donnees);
  const stop = async () => {
    await end();
    rmSync(dir, { recursive: true, force: true });
  };
  return { url, dir, stop };
}
