// The browser of the journeys: Debian's Chromium, and axe-core.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const executablePath = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);

export async function launch() {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"];
  return chromium.launch({ executablePath, args });
}

/** Violations of WCAG 2.2 A and AA and of good practice on the page, in words. */
export async function violations(page) {
  // The page's own policy forbids inline scripts: the checker is evaluated by the debugger.
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return result.violations.map(
    (found) => `${found.id}: ${found.nodes.map((node) => node.target.join(" ")).join(", ")}`,
  );
}
