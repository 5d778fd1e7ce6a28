
// Blocks of a dashboard: moved where they stand by their buttons or by dragging, without losing what is being
// typed elsewhere in the page. What the server answers is what is shown.
function arrange(list) {
  const said = document.createElement("p");
  said.className = "invisible";
  said.setAttribute("aria-live", "polite");
  list.before(said);
  const version = () => document.querySelector("main input[name=version]").value;
  // Posts an act, then takes from the answer the blocks, their version and what is said of it.
  const post = async (fields) => {
    const body = new URLSearchParams(fields);
    try {
      const answer = await fetch(list.dataset.blocs, { method: "POST", body, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-blocs]");
      const alert = page.querySelector("main [role=alert]");
      if (!fresh) { window.location.reload(); return; }
      list.replaceChildren(...fresh.children);
      const read = page.querySelector("main input[name=version]");
      document.querySelectorAll("main input[name=version]").forEach((input) => { input.value = read.value; });
      const told = alert || page.querySelector("main [role=status]");
      said.textContent = told ? told.textContent : "";
      document.querySelectorAll("main > [role=status], main > [role=alert]").forEach((old) => old.remove());
      if (alert) list.before(document.importNode(alert, true));
      grip();
      const focus = list.querySelector("[autofocus]");
      if (focus) focus.focus();
    } catch {
      // The server did not answer: the page says where things stand.
      window.location.reload();
    }
  };
  list.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || !["monter", "descendre"].includes(button.value)) return;
    event.preventDefault();
    post(new FormData(event.target, button));
  });
  // By the mouse: a handle that only this script makes, so that text stays selectable. A block takes the place
  // of the one that it is let go on.
  let held = null;
  const aim = (over) => Array.from(list.children).forEach((bloc) => bloc.classList.toggle("vise", bloc === over));
  const under = (event) => {
    const over = event.target.closest("[data-bloc]");
    return over === held ? null : over;
  };
  const grip = () => Array.from(list.children).forEach((bloc) => {
    const handle = document.createElement("span");
    handle.className = "poignee-bloc";
    handle.draggable = true;
    handle.setAttribute("aria-hidden", "true");
    handle.title = "Glisser pour déplacer";
    handle.textContent = "⠿";
    bloc.prepend(handle);
    handle.addEventListener("dragstart", (event) => {
      held = bloc;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", bloc.dataset.bloc);
      event.dataTransfer.setDragImage(bloc, 20, 20);
      bloc.classList.add("tenu");
    });
    handle.addEventListener("dragend", () => {
      bloc.classList.remove("tenu");
      aim(null);
      held = null;
    });
  });
  list.addEventListener("dragover", (event) => {
    if (!held) return;
    event.preventDefault();
    aim(under(event));
  });
  list.addEventListener("drop", (event) => {
    if (!held) return;
    event.preventDefault();
    const over = under(event);
    const rank = Array.from(list.children).indexOf(over) + 1;
    if (over) post({ version: version(), bloc: held.dataset.bloc, rang: String(rank), acte: "placer" });
  });
  grip();
}

document.querySelectorAll("[data-blocs]").forEach(arrange);
