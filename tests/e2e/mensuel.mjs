// A small region imported month after month, each month fixed as a campaign; and what its figures are by other ways
// than its pages: counted in the extracts, or written by the command line.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mallette } from "./serveur.mjs";

/** The campaigns of `mois` monthly extracts, the last one taken on the day `fin`: all fixed at the terminal. */
export function fixMonths({ structures, dossiers, mois, fin, graine }) {
  const dir = mkdtempSync(join(tmpdir(), "mallette-mensuel-"));
  const [files, donnees] = [join(dir, "extraits"), join(dir, "donnees")];
  const size = ["--structures", structures, "--dossiers", dossiers, "--mois", mois, "--graine", graine];
  mallette("generer", "--sortie", files, "--date-extraction", fin, ...size.map(String));
  // A campaign bears the name of its month, as it does when none is given.
  const campagnes = readdirSync(files).sort().map((jour) => ({ nom: jour.slice(0, 7), jour }));
  for (const { nom, jour } of campagnes) {
    mallette("importer", join(files, jour), "--donnees", donnees);
    const said = mallette("campagne", "fixer", "--donnees", donnees);
    if (!said.startsWith(`Campagne ${nom}`)) throw new Error(said);
  }
  const stop = () => rmSync(dir, { recursive: true, force: true });
  const counted = { accueils: (...of) => accueils(files, ...of), groupes: (jour) => groupes(files, jour) };
  return { donnees, campagnes, stop, ...counted, chiffres: tell(donnees) };
}

/** The lines of a table of the extract of that day, each by the names of its columns. */
function lines(files, jour, table) {
  const text = readFileSync(join(files, jour, `${table}.csv`), "utf8").trimEnd();
  const [head, ...all] = text.split("\n").map((line) => line.split(";"));
  return all.map((line) => Object.fromEntries(head.map((name, rank) => [name, line[rank]])));
}

/** The peer groups of the extract of that day: name, centres. */
function groupes(files, jour) {
  const found = new Map();
  for (const { structure_id: id, groupe_pairs: nom } of lines(files, jour, "structures")) {
    found.set(nom, [...(found.get(nom) ?? []), id]);
  }
  return found;
}

/** First welcomes of a year in each centre, counted in the extract of that day. */
function accueils(files, jour, annee) {
  const found = new Map();
  for (const line of lines(files, jour, "dossiers")) {
    if (!found.has(line.structure_id)) found.set(line.structure_id, new Set());
    if (line.date_premier_accueil.startsWith(`${annee}-`)) found.get(line.structure_id).add(line.dossier_id);
  }
  return new Map([...found].map(([id, dossiers]) => [id, dossiers.size]));
}

/** What the command line says of an indicator in a campaign, asked once: { centres, region, boite }. */
function tell(donnees) {
  const known = new Map();
  return (code, annee, nom) => {
    const key = [code, annee, nom].join();
    if (!known.has(key)) {
      const asked = ["--code", code, "--periode", annee, "--campagne", nom, "--boite", "--format", "json"];
      const { valeurs, boites } = JSON.parse(mallette("indicateurs", "--donnees", donnees, ...asked));
      const at = (niveau) => valeurs.filter((valeur) => valeur.niveau === niveau);
      known.set(key, {
        centres: new Map(at("structure").map(({ cle, valeur }) => [cle, valeur])),
        region: at("region")[0]?.valeur ?? null,
        // The région has more centres than any group of it.
        boite: boites.reduce((widest, boite) => (widest?.n > boite.n ? widest : boite), null),
      });
    }
    return known.get(key);
  };
}

/** The number that a cell shows, as it is computed: « 45,2 % » is 0.452; null for a sign. */
export function read(text) {
  const found = /^(\u2212?)([\d\u202f]+)(?:,(\d+))?(\u00a0%)?/.exec(text.trim());
  if (!found) return null;
  const [, sign, whole, decimals, percent] = found;
  const value = Number(`${sign && "-"}${whole.replaceAll("\u202f", "")}.${decimals ?? 0}`);
  return percent ? value / 100 : value;
}

/** Whether a cell shows that value, rounded as figures are; its sign when there is none. */
export function shows(text, value) {
  const shown = read(text);
  if (value === null || value === undefined) return shown === null && ["nc", "…"].includes(text.trim());
  const step = text.includes("%") ? 0.0005 : 0.05;
  return shown !== null && Math.abs(shown - value) <= step + 1e-9;
}
