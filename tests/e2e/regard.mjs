// A page looked at from every side: axe, wide and narrow, light, dark and printed.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { violations } from "./navigateur.mjs";

// Where pictures go, for who wants to see the pages; nowhere otherwise.
const images = process.env.MALLETTE_E2E_IMAGES;
if (images) mkdirSync(images, { recursive: true });

/** What is wrong with the page that stands open, in words; it is not loaded again. */
export async function faults(page, name) {
  const found = [];
  for (const [width, colorScheme] of [[1440, "light"], [320, "light"], [1440, "dark"], [320, "dark"]]) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, media: "screen" });
    const where = `${name} ${width}px ${colorScheme}`;
    found.push(...(await violations(page)).map((fault) => `${where}: ${fault}`));
    const overflow = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
    if (overflow > 0) found.push(`${where}: overflows by ${overflow} px`);
    await picture(page, `${name}-${width}-${colorScheme}`);
  }
  // The width of an A4 sheet between its margins.
  await page.setViewportSize({ width: 718, height: 1000 });
  await page.emulateMedia({ colorScheme: "light", media: "print" });
  const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
  if (wide > 0) found.push(`${name}: overflows paper by ${wide} px`);
  for (const hidden of ["header nav", ".qui"]) {
    const parts = await page.locator(hidden).all();
    for (const part of parts) {
      if (await part.isVisible()) found.push(`${name}: ${hidden} is printed`);
    }
  }
  await picture(page, `${name}-print`);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: "light", media: "screen" });
  return found;
}

async function picture(page, name) {
  if (images) await page.screenshot({ path: join(images, `${name}.png`), fullPage: true });
}
