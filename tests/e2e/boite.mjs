// A mail server that keeps what it is given: the least of SMTP (RFC 5321) on this machine.
import { createServer } from "node:net";

/** The parts of a mail as they travel, and as they are read: base64 and quoted-printable undone. */
function readings(mail) {
  const soft = mail.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  const blocks = mail.match(/(?:^[A-Za-z0-9+/]{20,}={0,2}\r?\n?)+/gm) ?? [];
  const words = [...mail.matchAll(/=\?utf-8\?b\?([^?]+)\?=/gi)].map(([, text]) => text);
  const plain = [...blocks, ...words].map((text) => Buffer.from(text, "base64").toString("utf8"));
  return [mail, soft, ...plain].join("\n");
}

/** Listens on a free port: { adresse, mails, end }; `mails` are the texts received so far. */
export async function openBox() {
  const mails = [];
  const server = createServer((socket) => {
    let waiting = "";
    let data = null;
    const say = (text) => socket.write(`${text}\r\n`);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      waiting += chunk.toString("latin1");
      for (;;) {
        const end = waiting.indexOf("\r\n");
        if (end < 0) return;
        const line = waiting.slice(0, end);
        waiting = waiting.slice(end + 2);
        if (data) {
          if (line !== ".") {
            data.push(line.replace(/^\./, ""));
            continue;
          }
          mails.push(readings(data.join("\r\n")));
          data = null;
          say("250 kept");
        } else if (/^DATA/i.test(line)) {
          data = [];
          say("354 go on");
        } else if (/^QUIT/i.test(line)) {
          say("221 bye");
          socket.end();
        } else {
          say("250 yes");
        }
      }
    });
    say("220 boite");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const end = () => new Promise((resolve) => server.close(resolve));
  return { adresse: `127.0.0.1:${server.address().port}`, mails, end };
}
