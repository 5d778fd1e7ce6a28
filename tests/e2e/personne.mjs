// A person, by HTTP: opens an account from its link, signs in, sets the second factor up, reads, acts.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";

export const MOT_DE_PASSE = "quatre tilleuls devant la gare";

/** Six digits of the moment (RFC 6238), from the key that the page shows as text. */
export function totp(texte, now = Date.now()) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  let bits = "";
  for (const letter of texte.toUpperCase().replace(/[^A-Z2-7]/g, "")) {
    bits += alphabet.indexOf(letter).toString(2).padStart(5, "0");
  }
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)));
  const hash = createHmac("sha1", key).update(counter).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** What stands between two marks of a page. */
export function between(text, before, after) {
  const from = text.indexOf(before);
  assert.notEqual(from, -1, `no ${before} in ${text}`);
  return text.slice(from + before.length, text.indexOf(after, from + before.length)).trim();
}

export class Personne {
  constructor(url, nom = "personne") {
    this.url = url;
    this.nom = nom;
    this.session = null;
    /** What it signs in with, once it has entered. */
    this.courriel = null;
    /** Recovery codes, of which each serves once. */
    this.codes = [];
  }

  /** Asks for a page, or sends a form: { status, headers, bytes, text, location }. */
  async ask(path, form) {
    const headers = this.session ? { cookie: `mallette=${this.session}` } : {};
    const options = { headers, redirect: "manual" };
    if (form) {
      headers.origin = this.url;
      options.method = "POST";
      options.body = form instanceof FormData ? form : new URLSearchParams(form);
    }
    const answer = await fetch(this.url + path, options);
    for (const cookie of answer.headers.getSetCookie()) {
      const [, value] = /^mallette=([^;]*)/.exec(cookie) ?? [];
      if (value !== undefined) this.session = value || null;
    }
    const bytes = Buffer.from(await answer.arrayBuffer());
    return {
      status: answer.status,
      headers: [...answer.headers].map((pair) => pair.join(": ")).join("\n"),
      type: answer.headers.get("content-type") ?? "",
      location: answer.headers.get("location") ?? "",
      bytes,
      text: bytes.toString("utf8"),
    };
  }

  /** Opens the account of a link, signs in, and sets the second factor up where it is asked for. */
  async enter(lien, courriel) {
    this.courriel = courriel;
    const twice = { mot_de_passe: MOT_DE_PASSE, repete: MOT_DE_PASSE };
    const opened = await this.ask(lien.slice(lien.indexOf("/invitation/")), twice);
    assert.equal(opened.location, "/connexion?fait=compte", `${this.nom}: ${opened.text}`);
    const signed = await this.ask("/connexion", { courriel, mot_de_passe: MOT_DE_PASSE });
    assert.equal(signed.status, 303, `${this.nom}: ${signed.text}`);
    if (signed.location !== "/connexion/second-facteur") return this;
    const { text } = await this.ask(signed.location);
    const code = totp(between(text, '<span class="code long">', "</span>"));
    const secret = between(text, 'name="secret" value="', '"');
    const installed = await this.ask("/connexion/second-facteur/installation", { secret, code });
    assert.equal(installed.status, 200, `${this.nom}: ${installed.text}`);
    const list = between(installed.text, '<ul class="codes">', "</ul>");
    this.codes = [...list.matchAll(/<li>([^<]+)<\/li>/g)].map(([, code]) => code);
    return this;
  }

  /** Signs in again, at that address, by the password and a recovery code. */
  async sign(url = this.url) {
    this.url = url;
    this.session = null;
    const signed = await this.ask("/connexion", { courriel: this.courriel, mot_de_passe: MOT_DE_PASSE });
    assert.equal(signed.location, "/connexion/second-facteur", `${this.nom}: ${signed.text}`);
    const through = await this.ask(signed.location, { code: this.codes.pop() });
    assert.equal(through.status, 303, `${this.nom}: ${through.text}`);
    return this;
  }

  /** Sends files of one extraction, each { name, bytes }, and waits for the end of its import: its page. */
  async deposit(files, date) {
    const form = new FormData();
    form.append("date_extraction", date);
    for (const { name, bytes } of files) form.append("fichiers", new Blob([bytes]), name);
    const { location, text } = await this.ask("/imports", form);
    assert.match(location, /\/imports\/travaux\//, text);
    for (let wait = 0; wait < 300; wait += 1) {
      const page = await this.ask(location);
      if (/✓|role="alert"|compte rendu/.test(page.text)) return { location, text: page.text };
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error("the import did not end");
  }

  /** Invites somebody, who enters. */
  async invite(nom, role, structure = "", conseiller = "") {
    const courriel = `${nom}@essai.example`;
    const form = { nom, courriel, role, structure, conseiller, debut: "", fin: "" };
    const { text, status } = await this.ask("/personnes/invitations", form);
    assert.equal(status, 200, `${nom}: ${text}`);
    return new Personne(this.url, nom).enter(between(text, '<p class="code long">', "</p>"), courriel);
  }
}

/** The first administrator of an installation served without accounts yet. */
export async function firstAdministrator(url) {
  const admin = new Personne(url, "admin");
  const form = { nom: "Ada Admin", courriel: "ada@essai.example" };
  const { location } = await admin.ask("/installation/premier-compte", form);
  return admin.enter(location, form.courriel);
}
