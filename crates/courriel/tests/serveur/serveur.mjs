// Real SMTP servers, each with its manner: prints one line of JSON with their ports, then one for each
// mail received. Ends with its standard input.
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { SMTPServer } from "smtp-server";

const [certFile, keyFile] = process.argv.slice(2);
const tls = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
const refusal = (code, text) => Object.assign(new Error(text), { responseCode: code });

const receive = (manner) => (stream, session, done) => {
  let raw = "";
  stream.setEncoding("utf8").on("data", (chunk) => (raw += chunk));
  stream.on("end", () => {
    const { mailFrom, rcptTo } = session.envelope;
    console.log(
      JSON.stringify({
        manner,
        user: session.user ?? null,
        secure: session.secure,
        from: mailFrom.address,
        to: rcptTo.map((rcpt) => rcpt.address),
        raw,
      }),
    );
    done();
  });
};
const authenticate = ({ username, password }, _, done) =>
  username === "mallette" && password === "un secret é"
    ? done(null, { user: username })
    : done(refusal(535, "5.7.8 non"));
const open = { authOptional: true, disabledCommands: ["AUTH"] };

const manners = {
  starttls: { ...tls, authOptional: false, onAuth: authenticate },
  tls: { ...tls, secure: true, onAuth: authenticate },
  clair: { ...open, disabledCommands: ["AUTH", "STARTTLS"] },
  refuse: { ...open, ...tls, onRcptTo: (_, __, done) => done(refusal(550, "5.1.1 inconnu")) },
  "refuse-clair": {
    ...open,
    disabledCommands: ["AUTH", "STARTTLS"],
    onRcptTo: (_, __, done) => done(refusal(550, "5.1.1 inconnu")),
  },
  "refuse-expediteur": { ...open, ...tls, onMailFrom: (_, __, done) => done(refusal(553, "non")) },
  occupe: { ...open, ...tls, onRcptTo: (_, __, done) => done(refusal(451, "4.7.1 plus tard")) },
  lent: { ...open, ...tls, onRcptTo: () => {} },
};

const listen = (server) =>
  new Promise((listening) => {
    const inner = server.server ?? server;
    server.on("error", () => {});
    inner.listen(0, "127.0.0.1", () => listening(inner.address().port));
  });

const ports = {};
for (const [manner, options] of Object.entries(manners)) {
  ports[manner] = await listen(new SMTPServer({ onData: receive(manner), ...options, logger: false }));
}
// Servers that do not speak: one takes the connection and says nothing, the other hangs up, the last
// one after the greeting.
ports.muet = await listen(createServer((socket) => socket.on("error", () => {})));
ports.raccroche = await listen(createServer((socket) => socket.destroy()));
ports.coupe = await listen(
  createServer((socket) => {
    socket.on("error", () => {});
    socket.write("220 coupe ESMTP\r\n");
    socket.on("data", () => socket.destroy());
  }),
);
console.log(JSON.stringify(ports));
process.stdin.resume().on("end", () => process.exit(0));
