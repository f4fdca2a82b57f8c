/* The beginning: everything is put in its place and listened to. */

function begin() {
  makeSteps();
  for (const one of document.querySelectorAll("#step-start input[type=radio]")) one.checked = false; // a browser may bring back what was chosen
  opened(() => current().node.querySelector("h1"));
  document.querySelector("nav details").open = window.matchMedia("(min-width: 60rem)").matches;
  byId("ask-phrase").addEventListener("submit", openPanel);
  byId("identity-hide").addEventListener("click", hideIdentity);
  byId("identity-again").querySelector("button").addEventListener("click", showIdentity);
  byId("begin").addEventListener("click", () => {
    if (response() === "nil_return") go("completed");
    else if (response() === "full") move("start", 1);
    else showProblems([{ one: responseField, message: "Say whether you hold anything on this child or family" }]);
  });
  byId("left-out-button").addEventListener("click", () => {
    everythingAsked = !everythingAsked;
    update();
  });
  byId("save-back").addEventListener("click", () => move("completed", -1));
  byId("save-button").addEventListener("click", save);
  byId("again").addEventListener("click", () => download(`${name}.asc`, replyMade));
  byId("change").addEventListener("click", () => go("completed"));
  opens("save-draft-open", "save-draft");
  opens("open-draft-open", "open-draft");
  opens("clear-open", "clear-draft");
  byId("save-draft").addEventListener("submit", saveDraftFile);
  byId("open-draft").addEventListener("submit", openDraftFile);
  byId("clear-yes").addEventListener("click", clearAll);
  byId("clear-no").addEventListener("click", () => { byId("clear-draft").hidden = true; byId("clear-open").focus(); });
  byId("use-kept").addEventListener("click", () => settle(true));
  byId("use-typed").addEventListener("click", () => settle(false));
  byId("keep").addEventListener("change", () => {
    if (!byId("keep").checked) forget();
    else keepSoon();
    changed = true;
    status();
  });
  for (const event of ["input", "change"]) main.addEventListener(event, noticed);
  window.addEventListener("hashchange", () => show(location.hash.slice(1)));
  status();
  show(location.hash.slice(1), false);
}

function noticed(event) {
  if (event.target.closest("#ask-phrase") || event.target.id === "keep") return;
  changed = true;
  changes += 1;
  replyMade = null;
  event.target.dispatchEvent(new Event("paper"));
  update();
  keepSoon();
}

begin();
