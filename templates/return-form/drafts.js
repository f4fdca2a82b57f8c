/* Who the form is about, opened with the pass-phrase; and drafts, kept in the browser or in a file, always locked. */

/* ---- who this is about --------------------------------------------------------------------------------------------- */

const normal = (words) => words.toLowerCase().replace(/[^a-z]+/g, " ").trim();

async function openPanel(event) {
  event.preventDefault();
  const told = byId("phrase-told");
  const phrase = normal(byId("phrase").value);
  if (!phrase) return refusePhrase("Enter the pass-phrase, all of its words");
  say(told, "Opening ... this takes a few seconds.");
  await new Promise((done) => setTimeout(done, 30));
  let text;
  try {
    const message = await openpgp.readMessage({ armoredMessage: form.identity });
    text = (await openpgp.decrypt({ message, passwords: [phrase] })).data;
  } catch (error) {
    return refusePhrase(`This pass-phrase does not open it. Check each word. Capitals, spaces and hyphens do not matter. If it is right and still does not open, ring us on ${form.phone}`);
  }
  let opened = null;
  try { opened = JSON.parse(text); } catch (error) { opened = null; }
  if (!opened || opened.schema !== "cdr-identity/1" || opened.case !== form.case || opened.nonce !== form.nonce) {
    return refusePhrase(`What this opens does not belong to this form, so do not use it. Please ring us on ${form.phone}`);
  }
  refusePhrase("");
  identity = opened;
  showIdentity();
  update();
  byId("phrase").value = "";
  await startKeeping(phrase);
}

function refusePhrase(message) {
  say(byId("phrase-told"), message, Boolean(message));
  byId("ask-phrase").classList.toggle("wrong", Boolean(message));
  if (message) {
    byId("phrase").setAttribute("aria-invalid", "true");
    byId("phrase").focus();
  } else byId("phrase").removeAttribute("aria-invalid");
}

function showIdentity() {
  const child = identity.child || {};
  const rows = [];
  const row = (words, value) => { if (value && value.length) rows.push(el("div", {}, el("dt", {}, words), el("dd", {}, value))); };
  const several = (values) => (values || []).flatMap((value, position) => (position ? [el("br"), value] : [value]));
  const codes = Object.fromEntries(codesOf(fields.get("identifying.sex").question.codes));
  const relationships = Object.fromEntries(page.relationships);
  row("Name", [child.first_names, child.family_name].filter(Boolean).join(" "));
  row("Known as", child.known_as);
  row("Other names", several(child.also_known_as));
  row("Date of birth", child.date_of_birth && day(child.date_of_birth));
  row("Date of death", child.date_of_death && day(child.date_of_death));
  row("Sex", codes[child.sex] || child.sex);
  row("NHS number", child.nhs_number && child.nhs_number.replace(/^(...)(...)(....)$/, "$1 $2 $3"));
  row("Address", several([...(child.address || []), child.postcode].filter(Boolean)));
  row("Parents and carers", several((identity.parents || []).map((one) => `${one.name} (${lower(relationships[one.relationship] || one.relationship || "")})`)));
  row("Brothers and sisters", several((identity.siblings || []).map((one) => one.name)));
  byId("identity-rows").replaceChildren(...rows);
  byId("ask-phrase").hidden = true;
  byId("identity").hidden = false;
  byId("identity-again").hidden = true;
  byId("identity-title").focus();
}

function hideIdentity() {
  byId("identity").hidden = true;
  byId("identity-rows").replaceChildren();
  byId("identity-again").hidden = false;
  byId("identity-again").querySelector("button").focus();
}

/* ---- drafts ---------------------------------------------------------------------------------------------------------- */

function everything() {
  const top = [...fields.values()].map((one) => [one.question.path, one]);
  const seen = new Set(top.flatMap(([, one]) => (one.below ? one.below : [])));
  return {
    response: response(),
    held: Object.fromEntries(steps.filter((step) => step.gate).map((step) => [step.id, step.gate.raw()])),
    ticked: extra.filter((one) => one.tick.checked).map((one) => one.type),
    answers: Object.fromEntries(top.filter(([, one]) => !seen.has(one)).map(([path, one]) => [path, one.raw()])),
  };
}

function takeUp(draft) {
  for (const radio of document.querySelectorAll("input[name=response]")) radio.checked = radio.value === draft.response;
  for (const step of steps) if (step.gate) step.gate.restore((draft.held || {})[step.id] || "");
  for (const [path, one] of fields) if (draft.answers && path in draft.answers) one.restore(draft.answers[path]);
  callSupplementary();
  for (const one of extra) one.tick.checked = (draft.ticked || []).includes(one.type);
  showProblems([]);
  for (const paper of document.querySelectorAll(".paper")) paper.previousElementSibling.dispatchEvent(new Event("paper"));
  update();
}

const toText = (bytes) => { let text = ""; for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte); return btoa(text); };
const toBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

async function keyFrom(phrase, salt) {
  const from = await crypto.subtle.importKey("raw", encoder.encode(phrase), "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt, iterations: page.rounds }, from, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

function storage() {
  try { return window.localStorage; } catch (error) { return null; }
}

function stored() {
  try { return JSON.parse(storage().getItem(kept)); } catch (error) { return null; }
}

async function startKeeping(phrase) {
  const before = stored();
  const salt = before ? toBytes(before.salt) : crypto.getRandomValues(new Uint8Array(16));
  draftKey = { key: await keyFrom(phrase, salt), salt };
  if (before) await offerDraft(before);
  byId("keep").disabled = false;
  status();
  if (changed) keepSoon();
}

async function offerDraft(before) {
  let draft;
  try {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: toBytes(before.iv) }, draftKey.key, toBytes(before.data));
    draft = JSON.parse(decoder.decode(plain));
  } catch (error) {
    return say(byId("draft-told"), "There is a draft in this browser that this pass-phrase does not open. It goes when the next draft is kept.", true);
  }
  const when = at(new Date(before.at));
  if (!changed) {
    takeUp(draft);
    return say(byId("draft-told"), `The draft of ${when} has been opened. You can go on where you stopped.`);
  }
  byId("two-drafts").hidden = false;
  byId("two-drafts-when").textContent = when;
  draftKey.waiting = draft;
  return undefined;
}

function settle(useKept) {
  const draft = draftKey.waiting;
  draftKey.waiting = null;
  byId("two-drafts").hidden = true;
  if (useKept) takeUp(draft);
  status();
  keepSoon();
}

function keepSoon() {
  if (!draftKey || draftKey.waiting || !byId("keep").checked) return;
  say(byId("draft-state"), "Keeping a draft in this browser ...");
  if (timer) return;
  timer = setTimeout(() => { timer = 0; busy = busy.then(keepNow); }, 1000);
}

async function keepNow() {
  if (!draftKey || draftKey.waiting || !byId("keep").checked) return;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const moment = new Date();
  const upTo = changes;
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, draftKey.key, encoder.encode(JSON.stringify(everything())));
  try {
    storage().setItem(kept, JSON.stringify({ salt: toText(draftKey.salt), iv: toText(iv), data: toText(data), at: moment.toISOString() }));
    if (upTo !== changes) return;
    changed = false;
    status(moment);
  } catch (error) {
    say(byId("draft-state"), "This browser cannot keep a draft. Save a draft file before you stop.", true);
  }
}

function status(moment) {
  const words = !draftKey ? "No draft is kept yet: open “Who this is about” with the pass-phrase first, or save a draft file."
    : !byId("keep").checked ? "No draft is kept in this browser. Save a draft file before you stop."
      : moment ? `A draft was kept in this browser at ${pad(moment.getHours())}:${pad(moment.getMinutes())}, locked with the pass-phrase.`
        : "A draft will be kept in this browser as you type, locked with the pass-phrase.";
  say(byId("draft-state"), words);
}

function forget() {
  try { storage().removeItem(kept); } catch (error) { /* then nothing was kept either */ }
}

function clearAll() {
  clearTimeout(timer);
  timer = 0;
  draftKey = null;
  forget();
  changed = false;
  location.hash = "";
  location.reload();
}

async function saveDraftFile(event) {
  event.preventDefault();
  const [one, two] = [byId("draft-phrase").value, byId("draft-phrase-again").value];
  if (characters(one) < 12) return draftWrong("draft-phrase", "The pass-phrase for the draft must have 12 characters or more, like three or four words");
  if (one !== two) return draftWrong("draft-phrase-again", "The two pass-phrases are not the same");
  const draft = { schema: "cdr-draft/1", case: form.case, agency: form.agency, ...everything() };
  const message = await openpgp.createMessage({ text: JSON.stringify(draft) });
  download(`${name}-draft.asc`, await openpgp.encrypt({ message, passwords: [one] }));
  byId("save-draft").reset();
  byId("save-draft").hidden = true;
  changed = false;
  say(byId("draft-told"), `The draft is in the file ${name}-draft.asc, among your downloads. It opens only with its pass-phrase, which nobody else has: keep it.`);
  return byId("draft-told").focus();
}

async function openDraftFile(event) {
  event.preventDefault();
  const file = byId("draft-file").files[0];
  if (!file) return draftWrong("draft-file", "Choose the draft file");
  try {
    const message = await openpgp.readMessage({ armoredMessage: await file.text() });
    const draft = JSON.parse((await openpgp.decrypt({ message, passwords: [byId("draft-file-phrase").value] })).data);
    if (draft.schema !== "cdr-draft/1" || draft.case !== form.case || draft.agency !== form.agency) return draftWrong("draft-file", "This draft belongs to another form");
    takeUp(draft);
  } catch (error) {
    return draftWrong("draft-file-phrase", "This file cannot be opened with this pass-phrase");
  }
  byId("open-draft").reset();
  byId("open-draft").hidden = true;
  changed = true;
  keepSoon();
  say(byId("draft-told"), "The draft has been opened. You can go on where you stopped.");
  return byId("draft-told").focus();
}

function draftWrong(id, message) {
  say(byId("draft-told"), message, true);
  byId(id).setAttribute("aria-invalid", "true");
  byId(id).focus();
}

function opens(button, panel) {
  byId(button).addEventListener("click", () => {
    for (const other of ["save-draft", "open-draft", "clear-draft"]) byId(other).hidden = other !== panel;
    for (const control of byId(panel).querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
    say(byId("draft-told"), "");
    byId(panel).querySelector("input, button").focus();
  });
}
