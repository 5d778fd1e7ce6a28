// A region whose names are told apart: each centre's files hold texts that stand nowhere else, in
// every place where the field may put a name, the wrong ones too.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "./contenu.mjs";
import { mallette } from "./serveur.mjs";

/** Every canary starts with it; a letter for its place, one for its centre, follow. */
export const MARQUE = "ZQKANARI";
export const CENTRES = ["01004S00", "01053S00", "01283S00"];

/** The canary of a place, in the centre of that rank. */
export const canari = (place, rang) => `${MARQUE}${place}${"ABC"[rang]}`;

/** What a table holds, by header. */
function parse(path) {
  const [head, ...rows] = readFileSync(path, "utf8").trim().split("\n");
  const columns = head.trim().split(";");
  return { columns, rows: rows.map((row) => row.trim().split(";")) };
}

/** Plants the canaries of a centre in the rows of one table. */
function plant(table, { columns, rows }, rang) {
  const put = (row, column, text) => (row[columns.indexOf(column)] = text);
  const get = (row, column) => row[columns.indexOf(column)];
  if (columns.includes("dossier_id")) {
    for (const row of rows) {
      const mine = /^D\d+$/.exec(get(row, "dossier_id"));
      if (mine) put(row, "dossier_id", canari("NUMERO", rang) + mine[0].slice(1));
    }
  }
  if (table === "dossiers") {
    for (const row of rows) {
      // The conseiller is in the name, so that portfolios can be told apart too.
      put(row, "nom", canari("NOM", rang) + get(row, "conseiller_id"));
      put(row, "prenom", canari("PRENOM", rang));
      // A date that DOS-01 catches: everybody is in a list.
      put(row, "date_naissance", "2015-01-02");
    }
    put(rows[0], "date_naissance", canari("DATE", rang));
    put(rows[1], "sexe", canari("SEXE", rang));
    put(rows[2], "niveau_formation", canari("CODE", rang));
    columns.push(canari("ENTETE", rang), "Observations");
    rows.forEach((row) => row.push(canari("INCONNUE", rang), `Vu ${canari("TEXTE", rang)} ce jour`));
  }
  if (table === "conseillers") {
    for (const row of rows) {
      put(row, "nom", canari("CONSEILLER", rang));
      put(row, "prenom", canari("CONSEILLERE", rang));
    }
  }
  for (const [where, column, place] of [
    ["parcours", "num_cerfa", "CERFA"],
    ["situations", "organisme", "ORGANISME"],
    ["allocations", "motif", "MOTIF"],
  ]) {
    if (where === table) rows.forEach((row) => put(row, column, canari(place, rang)));
  }
  if (table === "allocations") put(rows[0], "montant", canari("MONTANT", rang));
  if (table === "evenements") {
    put(rows[0], "type", canari("TYPE", rang));
    put(rows[1], "duree_minutes", canari("DUREE", rang));
    put(rows[2], "date", canari("JOUR", rang));
  }
}

/** Writes the files of a region of three centres in `dir`, one folder per centre; the folders. */
export function writeRegion(dir) {
  const whole = join(dir, "region");
  mallette("generer", "--sortie", whole, "--structures", "3", "--dossiers", "300");
  return CENTRES.map((centre, rang) => {
    const folder = join(dir, `centre-${rang}`);
    mkdirSync(folder);
    for (const file of readdirSync(whole)) {
      const table = file.replace(".csv", "");
      const content = parse(join(whole, file));
      content.rows = content.rows.filter((row) => row[0] === centre);
      if (table !== "structures" && content.rows.length === 0) throw new Error(`${centre}: ${table}`);
      if (table !== "structures") plant(table, content, rang);
      const lines = [content.columns, ...content.rows].map((row) => row.join(";"));
      const name = table === "dossiers" ? `dossiers ${canari("FICHIER", rang)}.csv` : file;
      writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
    }
    writeFileSync(join(folder, "classeur.xlsx"), workbook(rang));
    return folder;
  });
}

/** A workbook of two sheets: one that nothing recognises, and one of dossiers, both named by a canary. */
function workbook(rang) {
  const known = ["structure_id", "dossier_id", "nom", "prenom", "date_naissance"];
  const row = [CENTRES[rang], canari("NUMERO", rang) + "9999", canari("NOM", rang), "Zoé", "31/02/2001"];
  const sheets = [
    [canari("FEUILLE", rang), [["farine", canari("CELLULE", rang)], ["200", canari("CELLULE", rang)]]],
    [`dossiers ${canari("ONGLET", rang)}`, [known, row]],
  ];
  const head = '<?xml version="1.0" encoding="UTF-8"?>';
  const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const packages = "http://schemas.openxmlformats.org/package/2006";
  const cell = (text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`;
  const rank = (made) => sheets.map((sheet, index) => made(sheet, index + 1)).join("");
  const entries = [
    [
      "[Content_Types].xml",
      `${head}<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
    ],
    [
      "_rels/.rels",
      `${head}<Relationships xmlns="${packages}/relationships"><Relationship Id="r1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ],
    [
      "xl/workbook.xml",
      `${head}<workbook xmlns="${main}" xmlns:r="${office}"><sheets>${rank(([name], n) => `<sheet name="${name}" sheetId="${n}" r:id="r${n}"/>`)}</sheets></workbook>`,
    ],
    [
      "xl/_rels/workbook.xml.rels",
      `${head}<Relationships xmlns="${packages}/relationships">${rank((_, n) => `<Relationship Id="r${n}" Type="${office}/worksheet" Target="worksheets/sheet${n}.xml"/>`)}</Relationships>`,
    ],
    ...sheets.map(([, rows], index) => [
      `xl/worksheets/sheet${index + 1}.xml`,
      `${head}<worksheet xmlns="${main}"><sheetData>${rows.map((cells) => `<row>${cells.map(cell).join("")}</row>`).join("")}</sheetData></worksheet>`,
    ]),
  ];
  return zip(entries);
}

/** A ZIP archive whose entries are stored as they are. */
function zip(entries) {
  const parts = [];
  const directory = [];
  let at = 0;
  for (const [name, text] of entries) {
    const bytes = Buffer.from(text);
    const sizes = Buffer.alloc(16);
    sizes.writeUInt32LE(crc32(bytes), 0);
    sizes.writeUInt32LE(bytes.length, 4);
    sizes.writeUInt32LE(bytes.length, 8);
    sizes.writeUInt16LE(name.length, 12);
    const common = Buffer.concat([Buffer.from("14000000000000000000", "hex"), sizes]);
    const offset = Buffer.alloc(14);
    offset.writeUInt32LE(at, 10);
    parts.push(Buffer.from("504b0304", "hex"), common, Buffer.from(name), bytes);
    directory.push(Buffer.from("504b01021400", "hex"), common, offset, Buffer.from(name));
    at += 30 + name.length + bytes.length;
  }
  const body = Buffer.concat(parts);
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(body.length, 16);
  return Buffer.concat([body, index, end]);
}
