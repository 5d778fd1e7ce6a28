// Enhancement only: every page is whole without this file.
"use strict";

// Tables marked « data-tri » sort by the columns whose cells bear « data-v ».
function sortable(table) {
  const body = table.tBodies[0];
  const heads = table.tHead ? Array.from(table.tHead.rows[0].cells) : [];
  if (!body || table.tBodies.length > 1) return;
  heads.forEach((head, column) => {
    const first = body.rows[0] && body.rows[0].cells[column];
    if (!first || !first.hasAttribute("data-v")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "tri";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") !== "descending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const value = (row) => {
        const text = row.cells[column].getAttribute("data-v");
        return text === "" || text === null ? null : Number.isNaN(Number(text)) ? text : Number(text);
      };
      const rows = Array.from(body.rows);
      rows.sort((left, right) => {
        const [a, b] = [value(left), value(right)];
        if (a === null || b === null) return (a === null) - (b === null);
        const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "fr");
        return descending ? -order : order;
      });
      body.append(...rows);
    });
  });
}

// A large upload takes time: say how far it is, then follow the answer.
function upload(form) {
  const state = form.querySelector("[data-etat]");
  const bar = form.querySelector("progress");
  const button = form.querySelector("button");
  if (!state || !bar || !button) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (step) => {
      if (!step.lengthComputable) return;
      bar.max = step.total;
      bar.value = step.loaded;
      const percent = Math.floor((100 * step.loaded) / step.total);
      // One word per quarter: a screen reader is not flooded.
      if (percent % 25 === 0) state.textContent = "Envoi : " + percent + "\u00a0%";
    });
    request.addEventListener("load", () => {
      if (request.status < 400 && request.responseURL) {
        window.location.assign(request.responseURL);
      } else {
        const page = new DOMParser().parseFromString(request.responseText, "text/html");
        const reason = page.querySelector(".chapeau");
        state.textContent = reason ? reason.textContent : "L'envoi a échoué. Recommencer.";
        button.disabled = false;
        bar.hidden = true;
      }
    });
    request.addEventListener("error", () => {
      state.textContent = "L'envoi a été interrompu. Vérifier que Mallette est lancé, puis recommencer.";
      button.disabled = false;
      bar.hidden = true;
    });
    button.disabled = true;
    bar.hidden = false;
    state.textContent = "Envoi commencé.";
    request.send(new FormData(form));
  });
}

// Progress of a job: look again, change only what changed, and load the last page when it ends.
function follow(section) {
  const look = async () => {
    try {
      const answer = await fetch(section.dataset.suivi, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = page.querySelector("[data-suivi]");
      if (!next) {
        window.location.reload();
        return;
      }
      const [before, after] = [section, next].map((part) => part.querySelector("[role=status]"));
      if (before.textContent !== after.textContent) before.textContent = after.textContent;
      const [old, fresh] = [section, next].map((part) => part.querySelector("tbody"));
      if (old && fresh) old.replaceChildren(...fresh.children);
      else if (fresh) { window.location.reload(); return; }
    } catch {
      // The server may be busy: look again later.
    }
    window.setTimeout(look, 1500);
  };
  window.setTimeout(look, 1500);
}

document.querySelectorAll("table[data-tri]").forEach(sortable);
document.querySelectorAll("form[data-envoi]").forEach(upload);
document.querySelectorAll("[data-suivi]").forEach(follow);

// A list of anomalies by the keyboard: j and k move, o opens, x ticks, and a letter chooses what to do.
// Each key does what a link, a box or a button of the page does.
function keyboard(table) {
  const links = Array.from(table.querySelectorAll("tbody th a"));
  const row = () => links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  const go = (rank) => { if (links[rank]) links[rank].focus(); };
  // The line at hand is found again after an act, or on the way back from the page of an anomaly: a line
  // that left the list gives its place to the next.
  const kept = "ligne:" + window.location.pathname;
  const keep = (rank) => {
    if (rank < 0) return;
    window.sessionStorage.setItem(kept, String(rank));
    const list = new URL(window.location.href);
    ["faites", "depassees", "absentes"].forEach((name) => list.searchParams.delete(name));
    window.sessionStorage.setItem("liste", list.pathname + list.search);
    // Those of the page, for who goes from one to the next without coming back here.
    const pages = links.map((link) => link.getAttribute("href"));
    window.sessionStorage.setItem("fiches", JSON.stringify(pages));
  };
  const resume = () => {
    const rank = window.sessionStorage.getItem(kept);
    window.sessionStorage.removeItem(kept);
    if (rank !== null) go(Math.min(Number(rank), links.length - 1));
  };
  window.addEventListener("pageshow", resume);
  links.forEach((link, rank) => link.addEventListener("click", () => keep(rank)));
  const form = document.getElementById("actes");
  if (form) form.addEventListener("submit", () => {
    keep(links.findIndex((link) => link.closest("tr").querySelector("input[type=checkbox]:checked")));
  });
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest("input:not([type=checkbox], [type=radio]), select, textarea");
    if (writing || event.ctrlKey || event.altKey || event.metaKey) return;
    const at = row();
    if (event.key === "j") go(Math.min(at + 1, links.length - 1));
    else if (event.key === "k") go(Math.max(at - 1, 0));
    else if (event.key === "o" && at >= 0) links[at].click();
    else if (event.key === "x" && at >= 0) links[at].closest("tr").querySelector("input[type=checkbox]").click();
    else if (event.key === "n" && at >= 0) copyNumber(links[at].closest("tr").querySelector(".copie"));
    else act(event, at >= 0 ? links[at].closest("tr") : null);
  });
}

// Ctrl and Enter: what was chosen is done, from wherever one is in the form.
const gestes = document.querySelector("form fieldset.gestes");
if (gestes) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.ctrlKey) return;
    event.preventDefault();
    gestes.closest("form").requestSubmit();
  });
}

// « v », « c », « e », « a »: ticks the line at hand, chooses the act and goes where it is completed.
function act(event, line) {
  const radio = document.querySelector('[data-touche="' + CSS.escape(event.key) + '"]');
  if (!radio) return;
  event.preventDefault();
  const box = line && line.querySelector("input[type=checkbox]");
  if (box) box.checked = true;
  radio.checked = true;
  const form = radio.form;
  const next = { v: "button[type=submit]", c: "#texte", e: "#texte", a: "#a" }[event.key];
  (form.querySelector(next) || radio).focus();
}

// « n »: the number of the dossier at hand is selected, and copied where the browser lets a page do it.
function copyNumber(place) {
  if (!place) return;
  if (place.matches("input")) place.select();
  else window.getSelection().selectAllChildren(place);
  navigator.clipboard?.writeText(place.value ?? place.textContent).catch(() => {});
}

// From the page of an anomaly to that of the next one in the list, or of the one before; « l » then comes back to
// the line of that one.
function beside(step) {
  const pages = JSON.parse(window.sessionStorage.getItem("fiches") ?? "[]");
  const at = pages.indexOf(window.location.pathname);
  const next = at < 0 ? undefined : pages[at + step];
  if (!next) return;
  const list = window.sessionStorage.getItem("liste") ?? "";
  window.sessionStorage.setItem("ligne:" + list.split("?")[0], String(at + step));
  window.location.assign(next);
}

// A dossier number is selected whole when it is reached: ready to copy.
function copyable(input) {
  input.addEventListener("focus", () => input.select());
}

const lists = document.querySelectorAll("table[data-clavier]");
lists.forEach(keyboard);
if (!lists.length && document.querySelector("[data-touche]")) {
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest("input:not([type=checkbox], [type=radio]), select, textarea");
    if (writing || event.ctrlKey || event.altKey || event.metaKey) return;
    const list = window.sessionStorage.getItem("liste");
    if (event.key === "l" && list) window.location.assign(list);
    else if (event.key === "j") beside(1);
    else if (event.key === "k") beside(-1);
    else if (event.key === "n") copyNumber(document.querySelector("[data-copie]"));
    else act(event, null);
  });
}
document.querySelectorAll("[data-copie]").forEach(copyable);

// On a narrow screen the places are a menu, shut until it is asked for.
const menu = document.querySelector(".menu");
if (menu) {
  const narrow = window.matchMedia("(max-width: 30rem)");
  const fit = () => {
    menu.open = !narrow.matches;
  };
  fit();
  narrow.addEventListener("change", fit);
}
