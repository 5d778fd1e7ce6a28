// A certified provider (oidc-provider), whose login page signs in by itself: the test's browser has
// no hands. It signs in who `login_hint` names: Léa, by two factors, when it names nobody; who starts by
// « tenu » from a machine that is kept, when that is asked for; others by one. Its argument, when it has one, is the address of the installation to send browsers back to.
// Prints its address, ends with its standard input.
import { createServer } from "node:http";
import { exportJWK, generateKeyPair } from "jose";

// It warns that it keeps everything in memory: here on purpose.
console.warn = () => {};
const { Provider } = await import("oidc-provider");

const server = createServer();
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const installation = process.argv[2] ?? "http://localhost:8080";
const { privateKey } = await generateKeyPair("RS256", { extractable: true });
const key = { ...(await exportJWK(privateKey)), kid: "un", use: "sig", alg: "RS256" };
const client = {
  client_secret: "un-secret-de-test-assez-long-pour-tous",
  redirect_uris: [
    "https://mallette.example/retour",
    `${installation}/connexion/oidc/retour`,
  ],
  post_logout_redirect_uris: [
    "https://mallette.example/au-revoir",
    `${installation}/connexion`,
  ],
  response_types: ["code"],
  grant_types: ["authorization_code"],
};

const LEA = "lea-1";
const mail = (id) => (id === LEA ? "lea.durand@ml.example" : `${id}@ml.example`);

const provider = new Provider(issuer, {
  clients: [
    { ...client, client_id: "mallette" },
    { ...client, client_id: "mallette-signe", userinfo_signed_response_alg: "RS256" },
  ],
  jwks: { keys: [key] },
  cookies: { keys: ["une-cle-de-test"] },
  claims: {
    openid: ["sub", "amr"],
    email: ["email", "email_verified"],
    profile: ["given_name", "family_name"],
    acr: null,
  },
  acrValues: ["eidas1", "eidas2", "poste"],
  pkce: { required: () => true },
  features: {
    claimsParameter: { enabled: true },
    devInteractions: { enabled: false },
    jwtUserinfo: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      email: mail(id),
      email_verified: !id.startsWith("douteux"),
      given_name: "Léa",
      family_name: "Durand",
    }),
  }),
});

const callback = provider.callback();
server.on("request", async (request, response) => {
  if (!request.url.startsWith("/interaction/")) return callback(request, response);
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (params.login_hint === "abandon") {
    return provider.interactionFinished(request, response, { error: "access_denied" });
  }
  if (prompt.name === "login") {
    const accountId = params.login_hint ?? LEA;
    const two = accountId === LEA;
    const asked = `${params.acr_values ?? ""} ${params.claims ?? ""}`.includes("poste");
    const acr = accountId.startsWith("tenu") && asked ? "poste" : two ? "eidas2" : "eidas1";
    const login = { accountId, acr, amr: two ? ["pwd", "otp"] : ["pwd"] };
    return provider.interactionFinished(request, response, { login });
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
});

console.log(`PRET ${issuer}`);
process.stdin.resume().on("end", () => process.exit(0));
