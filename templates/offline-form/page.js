/* What every offline form does: a document put together, what is wrong with it shown, a file locked for the members and saved.
   A form has `problems`, `save`, and for what is wrong somewhere `placeOf` and `reach`. Nothing here asks anything of a network. */

const form = page.form;
const byId = (id) => document.getElementById(id);
const say = (node, words, bad) => { node.className = bad ? "told bad" : "told"; node.textContent = words; };
let changed = false; // since it was last kept anywhere

/* ---- the document that is sent --------------------------------------------------------------------------------------- */

function put(body, path, value) {
  const way = path.split(".");
  const last = way.pop();
  let place = body;
  for (const part of way) place = place[part] = place[part] || {};
  place[last] = value;
}

const valueOf = (path) => { const one = fields.get(path); return one && !faulty(one) ? one.value() : undefined; };
const faulty = (one) => { let any = false; one.check(() => { any = true; }); return any; };
const inOrder = (found) => found.sort((a, b) => (a.one.node.compareDocumentPosition(b.one.node) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));

/* ---- errors ---------------------------------------------------------------------------------------------------------- */

let marked = [];

function showProblems(found) {
  for (const one of marked) one.wrong("");
  marked = found.map(({ one }) => one).filter((one) => one.wrong);
  const seen = new Set();
  for (const { one, message } of found) {
    if (one.wrong && !seen.has(one)) one.wrong(message);
    seen.add(one);
  }
  const summary = byId("problems");
  summary.hidden = !found.length;
  byId("problems-list").replaceChildren(...found.map(({ one, message }) => el("li", {},
    el("a", { href: `#${placeOf(one)}`, on: { click: (event) => { event.preventDefault(); reach(one); } } }, message))));
  document.title = `${found.length ? "Error: " : ""}${form.title}`;
  if (found.length) {
    summary.focus();
    summary.scrollIntoView();
  }
}

function lookAt(one) {
  one.node.scrollIntoView();
  one.first().focus();
}

/* ---- saving ---------------------------------------------------------------------------------------------------------- */

async function ourKeys() {
  const keys = (await Promise.all(form.keys.map((armoredKeys) => openpgp.readKeys({ armoredKeys })))).flat();
  const prints = keys.map((key) => key.getFingerprint().toUpperCase());
  const wanted = form.fingerprints.map((print) => print.toUpperCase());
  if (!prints.length || wanted.some((print) => !prints.includes(print)) || prints.some((print) => !wanted.includes(print))) throw new Error("keys");
  return keys;
}

async function locked(told) {
  const message = await openpgp.createMessage({ text: JSON.stringify(told) });
  return openpgp.encrypt({ message, encryptionKeys: await ourKeys() });
}

const savedAt = () => new Date().toISOString().replace(/\.[0-9]+Z$/, "+00:00");

function download(file, data) {
  const address = URL.createObjectURL(new Blob([data], { type: "application/octet-stream" }));
  const link = el("a", { href: address, download: file, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

/* ---- the beginning --------------------------------------------------------------------------------------------------- */

/* The page works: it is shown, its own heading is where the skip link leads, and what is not kept is not left without a warning. */
function opened(heading) {
  byId("stopped").hidden = true;
  byId("working").hidden = false;
  byId("print").addEventListener("click", () => window.print());
  window.addEventListener("beforeunload", (event) => {
    if (!changed) return;
    event.preventDefault();
    event.returnValue = "";
  });
  document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); heading().focus(); });
}
