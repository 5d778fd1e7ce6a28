// A region made, imported and served by the real binary, for the browser journeys.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const binary = process.env.MALLETTE_BIN ?? "mallette";

/** Runs the binary to its end; its standard output. */
export function mallette(...args) {
  return execFileSync(binary, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** A region of 12 centres, served on a free port: { url, dir, stop }. */
export async function serveRegion() {
  const dir = mkdtempSync(join(tmpdir(), "mallette-e2e-"));
  const files = join(dir, "extraits");
  const args = ["--structures", "12", "--dossiers", "700", "--graine", "5"];
  mallette("generer", "--sortie", files, ...args);
  const donnees = join(dir, "donnees");
  mallette("importer", files, "--donnees", donnees);
  const server = spawn(binary, ["servir", "--donnees", donnees, "--adresse", "127.0.0.1:0"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const url = await new Promise((resolve, reject) => {
    let said = "";
    server.stderr.on("data", (chunk) => {
      said += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (found) resolve(found[0]);
    });
    server.on("exit", () => reject(new Error(`the server stopped: ${said}`)));
  });
  const stop = () => {
    server.kill("SIGINT");
    rmSync(dir, { recursive: true, force: true });
  };
  return { url, dir, stop };
}
