"""A person, by HTTP: opens an account from its link, signs in, sets the second factor up, reads, acts."""

import base64
import hashlib
import hmac
import html
import http.client
import itertools
import re
import struct
import sys
import time
import urllib.parse

PASSWORD = "quatre tilleuls devant la gare"
RANKS = itertools.count()


def totp(text, now):
    letters = re.sub(r"[^A-Z2-7]", "", text.upper())
    key = base64.b32decode(letters + "=" * (-len(letters) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(now) // 30), hashlib.sha1).digest()
    at = digest[19] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7fffffff) % 1_000_000:06d}"


def between(text, before, after):
    return html.unescape(text.split(before, 1)[1].split(after, 1)[0].strip())


class Person:
    """Somebody with a browser: one connection, one session."""

    def __init__(self, port, name, role="", centre=""):
        self.port, self.name, self.role, self.centre = port, name, role, centre
        self.session, self.id = None, None
        # As many addresses as people: the server bounds the connections of one address.
        rank = next(RANKS)
        source = (f"127.0.{1 + rank // 250}.{1 + rank % 250}", 0)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120, source_address=source)

    def ask(self, path, form=None):
        """Status, seconds, text and where one is sent."""
        headers = {"Origin": f"http://127.0.0.1:{self.port}"} if form is not None else {}
        body = urllib.parse.urlencode(form) if form is not None else None
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if self.session:
            headers["Cookie"] = f"mallette={self.session}"
        start = time.perf_counter()
        try:
            self.connection.request("GET" if form is None else "POST", path, body, headers)
            answer = self.connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            found = re.match(r"mallette=([^;]*)", cookie)
            if found:
                self.session = found.group(1) or None
        return answer.status, time.perf_counter() - start, text, answer.headers.get("Location", "")

    def enter(self, link, mail):
        """Opens the account of a link, signs in, sets the second factor up where it is asked for."""
        path = "/invitation/" + link.rsplit("/", 1)[1]
        _, _, text, where = self.ask(path, {"mot_de_passe": PASSWORD, "repete": PASSWORD})
        if where != "/connexion?fait=compte":
            sys.exit(f"{self.name}: the account does not open: {text[-400:]}")
        status, _, text, where = self.ask("/connexion", {"courriel": mail, "mot_de_passe": PASSWORD})
        if status != 303:
            sys.exit(f"{self.name}: not signed in ({status}): {text[-400:]}")
        if where == "/connexion/second-facteur":
            text = self.ask(where)[2]
            code = totp(between(text, '<span class="code long">', "</span>"), time.time())
            form = {"secret": between(text, 'name="secret" value="', '"'), "code": code}
            status = self.ask("/connexion/second-facteur/installation", form)[0]
            if status != 200:
                sys.exit(f"{self.name}: no second factor ({status})")
        self.rest()
        return self

    def rest(self):
        """Lets the connection go before the server ends it for being idle; the next request opens another."""
        self.connection.close()

    def invite(self, name, role, centre=""):
        mail = f"{name}@charge.example"
        form = {"nom": name, "courriel": mail, "role": role, "structure": centre, "conseiller": "C1" if role ==
                "conseiller" else "", "debut": "", "fin": ""}
        status, _, text, _ = self.ask("/personnes/invitations", form)
        if status != 200:
            sys.exit(f"{name}: not invited ({status}): {text[-400:]}")
        return Person(self.port, name, role, centre).enter(between(text, '<p class="code long">', "</p>"), mail)


def first_account(port):
    """The administrator of an installation that has no account yet."""
    admin = Person(port, "admin", "administrateur")
    form = {"nom": "Ada Admin", "courriel": "admin@charge.example"}
    return admin.enter(admin.ask("/installation/premier-compte", form)[3], form["courriel"])
