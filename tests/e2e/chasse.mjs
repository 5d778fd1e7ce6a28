// Searches for canaries: in an answer, in the files of a folder, whatever they are wrapped in.
import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { CENTRES, MARQUE } from "./canaris.mjs";
import { parquetPages, unzip } from "./contenu.mjs";

/** The canaries of some bytes, in one, two or four bytes a letter, in any case. */
export function canaries(bytes) {
  const found = new Set();
  const text = bytes.toString("latin1").replaceAll("\0", "").toUpperCase();
  // The letter that ends a canary is its centre's; the name of a young person tells the conseiller.
  for (const [all] of text.matchAll(new RegExp(`${MARQUE}[A-Z]+\\d*`, "g"))) found.add(all);
  return found;
}

/** The centre of a canary, and the conseiller it tells. */
export function owner(canary) {
  const [, letter, conseiller] = /([ABC])(C\d+)?\d*$/.exec(canary) ?? [];
  return { rang: "ABC".indexOf(letter), conseiller };
}

/** Whatever an answer holds: itself, its headers, and what is inside when it is a workbook. */
export function inside(answer) {
  const parts = [answer.bytes, Buffer.from(answer.headers)];
  if (answer.bytes.subarray(0, 2).toString() === "PK") {
    for (const [name, bytes] of unzip(answer.bytes)) parts.push(Buffer.from(name), bytes);
  }
  return Buffer.concat(parts);
}

/** Every file of a folder, read whole. */
export function* files(dir) {
  for (const entry of readdirSync(dir, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.path, entry.name);
    yield [path, readFileSync(path)];
  }
}

/**
 * Where canaries stand under a folder: in names of files, in bytes, in the pages of Parquet files.
 * Says « path: canary » for each.
 */
export function search(dir) {
  const found = [];
  let parquet = 0;
  for (const [path, bytes] of files(dir)) {
    const parts = [Buffer.from(path), bytes];
    if (path.endsWith(".parquet")) {
      const pages = Buffer.concat(parquetPages(bytes));
      parts.push(pages);
      // The reader of pages does read: each activity table says its centre.
      if (CENTRES.some((centre) => pages.includes(centre))) parquet += 1;
    }
    for (const canary of canaries(Buffer.concat(parts))) found.push(`${relative(dir, path)}: ${canary}`);
  }
  return { found, parquet };
}

/** Every link of a page that stays here. */
function links(text) {
  const found = [];
  for (const [, href] of text.matchAll(/(?:href|action)="([^"#]*)/g)) {
    const link = href.replaceAll("&amp;", "&").replaceAll("&#38;", "&").replaceAll("&#x26;", "&");
    if (link.startsWith("/") && !link.startsWith("/statique")) found.push(link);
  }
  return found;
}

/** Follows every link that a person is given, and those said; what each answer gives to `see`. */
export async function crawl(personne, more, see, most = 1500) {
  const met = new Set(["/", ...more]);
  const waiting = [...met];
  // Of pages that differ by their period or page only, the first few.
  const alike = new Map();
  while (waiting.length > 0) {
    const path = waiting.shift();
    const answer = await personne.ask(path);
    see(path, answer);
    if (!answer.type.startsWith("text/html")) continue;
    for (const link of links(answer.text)) {
      const kind = link.replace(/(periode|page|avant)=[^&]*/g, "$1=");
      const count = (alike.get(kind) ?? 0) + 1;
      if (met.has(link) || count > 3 || met.size >= most) continue;
      alike.set(kind, count);
      met.add(link);
      waiting.push(link);
    }
  }
  return met;
}
