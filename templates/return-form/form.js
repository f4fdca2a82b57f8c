/* The form as a whole: its steps, the pass-phrase, drafts, checking and saving. Nothing here asks anything of a network. */

const main = document.getElementById("main");
const name = `${form.case}-${form.agency}`;
const kept = `cdr-draft:${form.case}:${form.agency}`;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const steps = [];
let identity = null;
let draftKey = null; // {key, salt} once the pass-phrase has opened the panel
let changes = 0;
let replyMade = null;
let timer = 0;
let busy = Promise.resolve();

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const day = (iso) => { const [y, m, d] = iso.split("-").map(Number); return `${d} ${MONTHS[m - 1]} ${y}`; };
const at = (moment) => `${moment.getDate()} ${MONTHS[moment.getMonth()]} ${moment.getFullYear()} at ${pad(moment.getHours())}:${pad(moment.getMinutes())}`;

/* ---- steps ------------------------------------------------------------------------------------------------------- */

const response = () => (document.querySelector("input[name=response]:checked") || { value: "" }).value;

function makeSteps() {
  steps.push({ id: "start", title: "Before you start", node: byId("step-start"), fields: [], when: () => true });
  for (const section of page.questions.sections) steps.push(stepOf(section));
  steps.push({ id: "saved", title: "What to do now", node: byId("step-saved"), fields: [], when: () => replyMade !== null, aside: true });
  for (const step of steps) step.item = el("li", {}, el("a", { href: `#${step.id}` }, step.title), el("span", { class: "state" }));
  byId("sections").append(...steps.filter((step) => !step.aside).map((step) => step.item));
}

function stepOf(section) {
  const heading = el("h1", { tabindex: "-1" }, section.title);
  const made = section.questions.map((question) => field(question, false, false));
  const gate = section.asked === "held" ? heldGate(section) : null;
  const body = el("div", { class: gate ? "held" : "" }, section.id === "supplementary" ? supplementary() : made.map(withHeading));
  const node = el("section", { class: "step", id: `step-${section.id}` }, heading,
    section.help ? el("p", { class: "lead" }, section.help) : null, gate && gate.node, body, section.id === "completed" ? null : onward(section.id));
  if (section.id === "completed") node.append(byId("save"));
  main.insertBefore(node, byId("step-saved"));
  const nilToo = section.id === "completed";
  const answeredHere = () => made.some((one) => one.filled()) || (gate && gate.value() === "yes");
  return { id: section.id, title: section.title, node, fields: made, gate, body, section,
    when: () => nilToo || (response() !== "nil_return" && (!ruledOut(section) || answeredHere())), open: () => !gate || gate.value() === "yes" };
}

const withHeading = (one) => [one.question.heading ? el("h2", {}, one.question.heading) : null, one.node];

/* Sections that this type of agency may hold something on are asked after one question. */
function heldGate(section) {
  return radios({ path: `held.${section.id}`, kind: "choice", words: "Do you hold anything about this?", help: "" }, [["yes", "Yes"], ["no", "No"]]);
}

function onward(id) {
  return el("p", { class: "onward" }, el("button", { type: "button", class: "second", on: { click: () => move(id, -1) } }, "Back"),
    el("button", { type: "button", on: { click: () => move(id, 1) } }, "Continue"));
}

function move(id, by) {
  const open = steps.filter((step) => step.when() && !step.aside);
  const next = open[open.findIndex((step) => step.id === id) + by];
  if (next) go(next.id);
}

function go(id) {
  if (location.hash === `#${id}`) show(id);
  else location.hash = id;
}

function show(id, focus = true) {
  const chosen = steps.find((step) => step.id === id && step.when()) || steps[0];
  for (const step of steps) step.node.hidden = step !== chosen;
  const heading = chosen.node.querySelector("h1");
  if (focus) {
    heading.focus();
    window.scrollTo(0, 0);
  }
  update();
}

const current = () => steps.find((step) => !step.node.hidden) || steps[0];

/* ---- supplementary forms, opened by the agency's own answers -------------------------------------------------------- */

const extra = []; // {type, events, modes, tick, node, fields, content}

function supplementary() {
  const boxes = page.questions.supplementary.map((one, position) => {
    const tick = el("input", { type: "checkbox", id: `supplementary-${position}`, value: one.type });
    const made = one.questions.map((question) => field(question, false, false));
    const node = el("section", { class: "extra", hidden: true }, el("h2", {}, one.title), made.map((each) => each.node));
    extra.push({ ...one, tick, node, fields: made, content: objectOf(made, false), called: false });
    return el("div", { class: "tick" }, tick, el("label", { for: tick.id }, one.title));
  });
  return [
    el("fieldset", { class: "question" }, el("legend", {}, "Which of these apply to this death?"),
      el("p", { class: "hint" }, "Choose all that apply, or none. The questions for each come below."), el("div", { class: "ticks" }, boxes)),
    extra.map((one) => one.node),
  ];
}

function callSupplementary() {
  const open = response() === "full" && steps.find((step) => step.id === "circumstances");
  const told = (path) => { const one = fields.get(path); return open && open.open() && one ? [one.raw()].flat() : []; };
  const events = told("circumstances.events_known");
  const modes = told("circumstances.mode_of_death");
  for (const one of extra) {
    const called = (one.events || []).some((code) => events.includes(code)) || (one.modes || []).some((code) => modes.includes(code));
    if (called !== one.called) one.tick.checked = called || (one.tick.checked && one.content.filled());
    one.called = called;
    one.node.hidden = !one.tick.checked;
    one.tick.parentElement.hidden = !one.tick.checked && (ruledOut(one) || ofAnotherKind(one));
  }
}

/* ---- what depends on what ------------------------------------------------------------------------------------------ */

function update() {
  callSupplementary();
  for (const one of fields.values()) {
    const { when, only_in, from_months, below_months } = one.question;
    if (when || only_in || from_months || below_months) one.node.hidden = !asked(one.question) || (ruledOut(one.question) && !one.filled());
  }
  for (const step of steps) if (step.gate) step.body.hidden = !step.open();
  showHeadings();
  showNavigation();
  showLeftOut();
}

/* ---- what the child's age and the kind of death rule out, once the panel has been opened ----------------------------- */

let everythingAsked = false;

function monthsOld() {
  const { date_of_birth: born, date_of_death: died } = (identity && identity.child) || {};
  if (!born || !died) return null;
  const [[y, m, d], [toYear, toMonth, toDay]] = [born, died].map((iso) => iso.split("-").map(Number));
  return (toYear - y) * 12 + toMonth - m - (toDay < d ? 1 : 0);
}

/* Whether a question, a section or a kind of death does not fit the child's age. */
function ruledOut({ from_months: from = 0, below_months: below = 0 }) {
  const age = everythingAsked || !(from || below) ? null : monthsOld();
  return age !== null && (age < from || (below > 0 && age >= below));
}

/* Whether further questions are of a kind of event that nobody suspects: only where the notification says what is suspected. */
function ofAnotherKind(one) {
  const known = (identity && identity.events) || [];
  if (everythingAsked || !known.length || known.includes("not_known") || !(one.events || []).length) return false;
  return !one.events.some((code) => known.includes(code));
}

/* A heading over questions of which none is asked says nothing. */
function showHeadings() {
  for (const heading of main.querySelectorAll(".step > div > h2")) {
    let any = false;
    for (let next = heading.nextElementSibling; next && next.tagName !== "H2"; next = next.nextElementSibling) any = any || !next.hidden;
    heading.hidden = !any;
  }
}

const leaves = (one) => (one.below ? one.below.flatMap(leaves) : [one]);

/* The questions of a step, as they are put: a list counts once, and those behind a closed gate do not count. */
function questionsOf(step) {
  if (step.id === "supplementary") return extra.filter((one) => one.tick.checked).flatMap((one) => one.fields.flatMap(leaves)).filter((one) => !one.node.hidden);
  if (!step.fields.length) return [];
  if (step.gate && !step.open()) return [step.gate];
  return [...(step.gate ? [step.gate] : []), ...step.fields.flatMap((one) => (one.node.hidden ? [] : leaves(one))).filter((one) => !one.node.hidden)];
}

/* How many questions the age and the kind of death leave out, and the way to have them all. */
function leftOut() {
  const open = steps.filter((step) => !step.aside && step.fields.length && step.id !== "completed");
  const whole = open.filter((step) => !step.when()).flatMap((step) => step.fields.flatMap(leaves));
  const single = open.filter((step) => step.when()).flatMap((step) => step.fields.flatMap(leaves)).filter((one) => one.node.hidden && ruledOut(one.question));
  const groups = open.filter((step) => step.when()).flatMap((step) => step.fields).filter((one) => one.below && one.node.hidden && ruledOut(one.question)).flatMap(leaves);
  return new Set([...whole, ...single, ...groups]).size;
}

function showLeftOut() {
  const place = byId("left-out");
  const count = response() !== "nil_return" && monthsOld() !== null ? leftOut() : 0;
  place.hidden = !count && !everythingAsked;
  byId("left-out-words").textContent = everythingAsked
    ? "All questions are asked, whatever the child’s age and the kind of death."
    : `${count} ${count === 1 ? "question does" : "questions do"} not fit the child’s age, and ${count === 1 ? "is" : "are"} left out. Further questions are offered for the kinds of death that may fit.`;
  byId("left-out-button").textContent = everythingAsked ? "Leave out what does not fit" : "Ask me all questions";
}

function asked(question) {
  if (question.only_in && !question.only_in.includes(response())) return false;
  return (question.when || []).every(([path, codes]) => {
    const earlier = fields.get(path);
    return earlier && [earlier.raw()].flat().some((code) => codes.includes(code));
  });
}

function answered(step) {
  if (step.id === "supplementary") return extra.filter((one) => one.tick.checked && one.content.filled()).length;
  if (!step.open || !step.open()) return 0;
  const ends = (one) => (one.below ? one.below.flatMap(ends) : one.items ? one.items.filter((item) => item.filled()) : [one]);
  return step.fields.flatMap(ends).filter((one) => (one.node.hidden ? false : one.filled())).length;
}

function stateOf(step) {
  if (step.id === "start") return response() ? "Done" : "";
  if (step.gate && step.gate.value() === "no") return "Nothing held";
  const count = answered(step);
  return count ? `${count} answered` : "";
}

function showNavigation() {
  const open = steps.filter((step) => step.when() && !step.aside);
  const here = current();
  for (const step of steps) {
    step.node.classList.toggle("off", Boolean(step.aside) || !step.when());
    if (step.aside) continue;
    step.item.hidden = !step.when();
    step.item.lastChild.textContent = stateOf(step);
    if (step === here) step.item.firstChild.setAttribute("aria-current", "step");
    else step.item.firstChild.removeAttribute("aria-current");
  }
  const all = open.flatMap(questionsOf);
  const without = all.filter((one) => !one.filled()).length;
  byId("left").textContent = response() ? `${all.length} questions, ${without} without an answer. You may leave out what you do not know.` : "";
  byId("where").textContent = here.aside ? here.title : `Section ${open.indexOf(here) + 1} of ${open.length}: ${here.title}`;
}

/* ---- the document that is sent back ---------------------------------------------------------------------------------- */

function fullBody() {
  const body = {};
  for (const step of steps) {
    if (!step.when() || step.aside || !step.open || !step.open()) continue;
    for (const one of step.fields) {
      if (!shown(one)) continue;
      const value = one.value();
      if (value !== undefined) put(body, one.question.path, value);
    }
  }
  const given = extra.filter((one) => one.tick.checked && one.content.filled()).map((one) => ({ type: one.type, answers: one.content.value() }));
  if (response() === "full" && given.length) body.supplementary = given;
  return { schema: form.form, case: form.case, agency: form.agency, agency_type: form.agency_type, response: response(), requested_on: form.requested_on, ...body };
}

function problems() {
  const found = [];
  const tell = (one, message) => found.push({ one, message });
  if (!response()) tell(responseField, "Say whether you hold anything on this child or family");
  for (const step of steps) {
    if (!step.when() || step.aside || !step.open) continue;
    if (step.open()) objectOf(step.fields, true).check(tell);
    if (step.id === "supplementary") for (const one of extra) if (one.tick.checked) one.content.check(tell);
  }
  if (response()) together(tell, found);
  return inOrder(found);
}

/* What several answers say together, and what they say beside the notification where the panel has been opened. */
function together(tell, already) {
  const told = new Set(already.map(({ one }) => one));
  const wrong = (one, message) => { if (!told.has(one)) tell(one, message); };
  const needed = fields.get("records_searched");
  if (needed.question.needed_in.includes(response()) && !needed.filled()) wrong(needed, needed.question.missing);
  const completed = valueOf("completed_on");
  const tomorrow = new Date(Date.now() + 86400000).toISOString().slice(0, 10);
  if (completed > tomorrow) wrong(fields.get("completed_on"), "The day on which the form was completed cannot be in the future");
  if (identity && identity.child && completed < identity.child.date_of_death) wrong(fields.get("completed_on"), "The form cannot have been completed before the child died");
  if (response() !== "full") return;
  const [first, last] = [valueOf("contact.first"), valueOf("contact.last")];
  if (first && last && last < first) wrong(fields.get("contact.last"), "Last contact cannot be before the first contact");
  const later = "cannot be later than the day on which the form was completed";
  for (const path of ["contact.first", "contact.last"]) if (completed && valueOf(path) > completed) wrong(fields.get(path), `${fields.get(path).question.title} ${later}`);
  fields.get("timeline").items.forEach((item) => {
    const when = item.below.find((one) => one.question.key === "at");
    const value = faulty(when) ? undefined : when.value();
    if (completed && value && value.slice(0, 10) > completed) wrong(when, `Timeline: this date ${later}`);
  });
  if (identity && identity.child) sameChild(wrong, identity.child);
}

function sameChild(wrong, child) {
  const place = steps.find((step) => step.id === "unanswered").title;
  const words = `is not what we hold. Compare it with the panel at the beginning. If yours is right, leave this empty and tell us under “${place}”`;
  const differ = (key) => wrong(fields.get(`identifying.${key}`), `${fields.get(`identifying.${key}`).question.title} ${words}`);
  for (const key of ["date_of_birth", "date_of_death", "nhs_number"]) {
    const own = valueOf(`identifying.${key}`);
    if (own && child[key] && own !== child[key]) differ(key);
  }
  const family = plainly(valueOf("identifying.family_name") || "");
  const others = (child.also_known_as || []).flatMap((one) => [one, one.slice(one.lastIndexOf(" ") + 1)]);
  const known = [child.family_name || "", ...others].map(plainly).filter(Boolean);
  if (family && known.length && !known.includes(family)) differ("family_name");
}

/* A name without what two systems may spell in two ways. */
const plainly = (text) => [...text.normalize("NFKD").toLowerCase()].map((letter) => page.letters[letter] || letter).join("").replace(/[^\p{L}\p{N}\p{Mc}]|\p{Lm}/gu, "");

/* ---- errors ---------------------------------------------------------------------------------------------------------- */

const responseField = {
  question: { title: "Response" },
  node: byId("response"),
  first: () => document.querySelector("input[name=response]"),
  wrong(message) {
    byId("response").classList.toggle("wrong", Boolean(message));
    byId("response-error").hidden = !message;
    byId("response-error").textContent = message || "";
    byId("response").setAttribute("aria-describedby", message ? "response-hint response-error" : "response-hint");
  },
};
const stepWith = (one) => steps.find((step) => step.node.contains(one.node)) || steps[0];
const placeOf = (one) => stepWith(one).id;

function reach(one) {
  const step = stepWith(one);
  if (step.node.hidden) {
    history.pushState(null, "", `#${step.id}`);
    show(step.id, false);
  }
  lookAt(one);
}

/* ---- saving ---------------------------------------------------------------------------------------------------------- */

async function save() {
  const found = problems();
  showProblems(found);
  if (found.length) return;
  say(byId("save-told"), "Saving ...");
  try {
    replyMade = await locked({ schema: "cdr-reply/1", case: form.case, agency: form.agency, nonce: form.nonce, form: form.form,
      saved_at: savedAt(), body: fullBody() });
    say(byId("save-told"), "");
    download(`${name}.asc`, replyMade);
    changed = false;
    go("saved");
  } catch (error) {
    say(byId("save-told"), `The file could not be made. Save a draft file so that nothing is lost, and ring us on ${form.phone}.`, true);
  }
}
