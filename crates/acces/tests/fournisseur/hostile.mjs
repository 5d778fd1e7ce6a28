// A provider that lies, each time in one way: its issuer is `<address>/<scenario>`. The code that the
// test brings back is the nonce: there is no login page. Ends with its standard input.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

const CLIENT = "mallette";
const SECRET = "un-secret-de-test-assez-long-pour-tous";

async function makeKey(kid, alg = "RS256") {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: "sig", alg } };
}
const key = await makeKey("un");
const otherKey = await makeKey("un");
const newKey = await makeKey("deux");
const ecKey = await makeKey("courbe", "ES256");

const sign = (claims, { privateKey, alg, kid }) =>
  new SignJWT(claims).setProtectedHeader({ alg, kid, typ: "JWT" }).sign(privateKey);
const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const now = () => Math.floor(Date.now() / 1000);

/** What each scenario changes in the claims of the identity token. */
const CLAIMS = {
  nonce: () => ({ nonce: "un-autre" }),
  "nonce-absent": () => ({ nonce: undefined }),
  audience: () => ({ aud: "une-autre-application" }),
  "audience-double": () => ({ aud: [CLIENT, "une-autre-application"] }),
  azp: () => ({ azp: "une-autre-application" }),
  emetteur: () => ({ iss: "https://ailleurs.example" }),
  expire: () => ({ exp: now() - 75 }),
  "expire-de-peu": () => ({ exp: now() - 30 }),
  futur: () => ({ iat: now() + 90 }),
  "futur-de-peu": () => ({ iat: now() + 30 }),
  ancien: () => ({ iat: now() - 120 }),
  "at-hash": () => ({ at_hash: "AAAAAAAAAAAAAAAAAAAAAA" }),
  "jeton-illisible": () => ({ at_hash: undefined }),
  "niveau-bas": () => ({ acr: "eidas1" }),
  "sans-niveau": () => ({ acr: undefined }),
};

async function idToken(scenario, issuer, nonce) {
  const digest = createHash("sha256").update("acces").digest();
  const claims = {
    iss: issuer,
    sub: "lea-1",
    aud: CLIENT,
    iat: now(),
    exp: now() + 300,
    nonce,
    acr: "eidas2",
    at_hash: digest.subarray(0, 16).toString("base64url"),
    ...CLAIMS[scenario]?.(),
  };
  switch (scenario) {
    case "signature": {
      const [header, , signature] = (await sign(claims, key)).split(".");
      return `${header}.${encode({ ...claims, sub: "quelqu-un-d-autre" })}.${signature}`;
    }
    case "autre-cle":
      return sign(claims, otherKey);
    case "sans-signature":
      return `${encode({ alg: "none", typ: "JWT" })}.${encode(claims)}.`;
    case "secret-partage":
      return new SignJWT(claims)
        .setProtectedHeader({ alg: "HS256", typ: "JWT" })
        .sign(new TextEncoder().encode(SECRET));
    case "cle-renouvelee":
    case "cle-inconnue":
      return sign(claims, newKey);
    case "courbe":
      return sign(claims, ecKey);
    default:
      return sign(claims, key);
  }
}

async function userinfo(scenario, issuer) {
  const claims = {
    sub: "lea-1",
    email: "lea.durand@ml.example",
    email_verified: true,
    given_name: "Léa",
    usual_name: "Durand",
    siret: "12345678900011",
  };
  const signed = { ...claims, iss: issuer, aud: CLIENT };
  switch (scenario) {
    case "courriel-non-verifie":
      return { ...claims, email_verified: false };
    case "courriel-sans-avis":
      return { ...claims, email_verified: undefined };
    case "autre-personne":
      return { ...claims, sub: "quelqu-un-d-autre" };
    case "infos-signees":
      return sign(signed, key);
    case "infos-alterees": {
      const [header, , signature] = (await sign(signed, key)).split(".");
      return `${header}.${encode({ ...signed, email: "pirate@ailleurs.example" })}.${signature}`;
    }
    case "infos-autre-application":
      return sign({ ...signed, aud: "une-autre-application" }, key);
    case "infos-autre-personne":
      return sign({ ...signed, sub: "quelqu-un-d-autre" }, key);
    default:
      return claims;
  }
}

function metadata(scenario, issuer) {
  return {
    issuer: scenario === "autre-nom" ? `${issuer}/` : issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: scenario === "en-clair" ? "http://ailleurs.example/token" : `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256", "HS256", "none"],
    authorization_response_iss_parameter_supported: scenario === "iss-promis",
    ...(scenario === "secret-dans-le-corps" && {
      token_endpoint_auth_methods_supported: ["private_key_jwt", "client_secret_post"],
    }),
  };
}

let fetched = 0;
function keys(scenario) {
  if (scenario === "courbe") return [key.jwk, ecKey.jwk];
  if (scenario !== "cle-renouvelee") return [key.jwk];
  fetched += 1;
  return fetched === 1 ? [key.jwk] : [key.jwk, newKey.jwk];
}

const body = async (request) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  return new URLSearchParams(text);
};
const json = (response, value, status = 200) =>
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));

async function token(scenario, issuer, request, response) {
  const form = await body(request);
  const basic = `Basic ${Buffer.from(`${CLIENT}:${SECRET}`).toString("base64")}`;
  const known =
    scenario === "secret-dans-le-corps"
      ? form.get("client_secret") === SECRET && !request.headers.authorization
      : request.headers.authorization === basic && !form.has("client_secret");
  if (!known || !form.get("code_verifier")) return json(response, { error: "invalid_client" }, 401);
  switch (scenario) {
    case "redirection":
      return response.writeHead(307, { location: `${issuer}/../honnete/token` }).end();
    case "trop-long":
      return json(response, { remplissage: "x".repeat(1 << 20) });
    case "lent":
      return undefined;
    case "en-panne":
      return json(response, {}, 503);
    case "page":
      return response.writeHead(200, { "content-type": "text/html" }).end("<p>Bonjour</p>");
    case "client-inconnu":
      return json(response, { error: "invalid_client" }, 401);
    case "coupe":
      return response.destroy();
  }
  const answer = {
    access_token: scenario === "jeton-illisible" ? "a\ncces" : "acces",
    token_type: "Bearer",
    id_token: await idToken(scenario, issuer, form.get("code")),
  };
  if (scenario === "sans-jeton") delete answer.id_token;
  return json(response, answer);
}

const listener = async (request, response) => {
  const [, scenario, ...rest] = request.url.split("/");
  const issuer = `${address}/${scenario}`;
  switch (rest.join("/")) {
    case ".well-known/openid-configuration":
      return json(response, metadata(scenario, issuer));
    case "jwks":
      return json(response, { keys: keys(scenario) });
    case "token":
      return token(scenario, issuer, request, response);
    case "userinfo": {
      const infos = await userinfo(scenario, issuer);
      if (typeof infos !== "string") return json(response, infos);
      return response.writeHead(200, { "content-type": "application/jwt" }).end(infos);
    }
    default:
      return response.writeHead(404).end();
  }
};

const [cert, certKey] = process.argv.slice(2);
const server = cert
  ? createTlsServer({ cert: readFileSync(cert), key: readFileSync(certKey) }, listener)
  : createServer(listener);
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const address = `${cert ? "https" : "http"}://127.0.0.1:${server.address().port}`;
console.log(`PRET ${address}`);
process.stdin.resume().on("end", () => process.exit(0));
