/* Form A: its parts, what depends on what, checking and saving. Nothing is kept in the browser, and nothing asks anything of a network. */

const sections = [];
let made = null;

/* ---- times, which no other form asks ------------------------------------------------------------------------------- */

const CLOCK = /^([0-9]{1,2})[:.]?([0-9]{2})$/;

KINDS.time = (question) => {
  const read = (raw) => { const found = CLOCK.exec(raw.trim()); return found ? `${pad(Number(found[1]))}:${found[2]}` : raw.trim(); };
  const one = typed(question, (id, described) => input(id, { class: "five", "aria-describedby": described }), read);
  return Object.assign(one, {
    check(tell) {
      if (!one.filled()) return;
      const found = CLOCK.exec(one.raw().trim());
      if (!found || Number(found[1]) > 23 || Number(found[2]) > 59) tell(one, `${question.title} must be of 24 hours, like 06:52`);
    },
  });
};

/* ---- what depends on what ------------------------------------------------------------------------------------------- */

const DAY = 86400000;

function lived() {
  const [born, died] = [valueOf("child.date_of_birth"), valueOf("death.date")];
  return born && died ? (Date.parse(died) - Date.parse(born)) / DAY : undefined;
}

function firstBirthday() {
  const [year, rest] = [Number(valueOf("child.date_of_birth").slice(0, 4)), valueOf("child.date_of_birth").slice(4)];
  return `${year + 1}${rest}`;
}

const FACTS = {
  "@infant": () => lived() !== undefined && valueOf("death.date") < firstBirthday(),
  "@newborn": () => lived() !== undefined && lived() < 28,
  "@older": () => lived() === undefined || lived() >= 28,
  "@same_day": () => lived() === 0,
  "@no_number": () => !fields.get("child.nhs_number").filled(),
  "@criteria": () => fields.get("jar.criteria").raw().some((code) => code !== "none"),
};

function asked(question) {
  return (question.when || []).every(([path, codes]) => {
    if (path in FACTS) return codes.includes(FACTS[path]() ? "yes" : "no");
    const earlier = fields.get(path);
    return earlier && shown(earlier) && [earlier.raw()].flat().some((code) => codes.includes(code));
  });
}

function update() {
  for (const one of fields.values()) if (one.question.when) one.node.hidden = !asked(one.question);
}

/* ---- the document that is sent --------------------------------------------------------------------------------------- */

function now() {
  const moment = new Date();
  return `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}T${pad(moment.getHours())}:${pad(moment.getMinutes())}`;
}

function document_() {
  const body = { schema: form.form, family: {} };
  for (const section of sections) {
    for (const one of section.fields) {
      const value = shown(one) ? one.value() : undefined;
      if (value !== undefined) put(body, one.question.path, value);
    }
  }
  if (body.death.suspected_stillbirth_at_home === undefined) body.death.suspected_stillbirth_at_home = "no";
  if (body.jar.triggered === undefined) body.jar.triggered = "no";
  return { ...body, notified_at: now() };
}

/* ---- checking -------------------------------------------------------------------------------------------------------- */

function isNhsNumber(digits) {
  const total = [...digits].slice(0, 9).reduce((sum, digit, place) => sum + Number(digit) * (10 - place), 0);
  const check = (11 - (total % 11)) % 11;
  return check !== 10 && check === Number(digits[9]) && !/^(.)\1*$/.test(digits);
}

function problems() {
  const found = [];
  const tell = (one, message) => found.push({ one, message });
  for (const section of sections) objectOf(section.fields, true).check(tell);
  const told = new Set(found.map(({ one }) => one));
  const wrong = (path, message) => { const one = fields.get(path); if (!told.has(one)) tell(one, message); };
  for (const path of ["child.date_of_birth", "death.date"]) {
    if (valueOf(path) > now().slice(0, 10)) wrong(path, `${fields.get(path).question.words} cannot be in the future`);
  }
  if (lived() < 0) wrong("death.date", "The death cannot be before the birth");
  const number = valueOf("child.nhs_number");
  if (number && !isNhsNumber(number)) wrong("child.nhs_number", "The NHS number is not right: compare it with the child’s papers");
  for (const path of ["death.suspected_events"]) {
    const one = fields.get(path);
    if (shown(one) && !one.filled()) wrong(path, "Say what is thought to have happened");
  }
  for (const who of ["jar.lead", "family.key_worker"]) {
    const parts = [...fields.values()].filter((one) => one.question.path.startsWith(`${who}.`) && shown(one));
    const named = fields.get(`${who}.name`);
    if (shown(named) && !named.filled() && parts.some((one) => one.filled())) wrong(`${who}.name`, "Give the name too, or leave all of it out");
  }
  if (!fields.get("family.parents").filled() && !fields.get("family.no_parents_reason").filled()) wrong("family.parents", "Name the parents or carers, or say why none can be named");
  if (!fields.get("professionals").filled()) wrong("professionals", "Name one professional who knew the child at least");
  return inOrder(found);
}

/* The whole form is one page: a problem is looked at where it stands. */
const placeOf = () => "main";
const reach = lookAt;

/* ---- saving ---------------------------------------------------------------------------------------------------------- */

async function save() {
  const found = problems();
  showProblems(found);
  if (found.length) return;
  say(byId("save-told"), "Saving ...");
  try {
    made = await locked({ schema: "cdr-notification/1", form: form.form, saved_at: savedAt(), body: document_() });
    say(byId("save-told"), "");
    download(form.file, made);
    changed = false;
    byId("saved").hidden = false;
    byId("saved-title").focus();
  } catch (error) {
    say(byId("save-told"), `The file could not be made. Print this form so that nothing is lost, and ring us on ${form.phone}.`, true);
  }
}

/* ---- the beginning --------------------------------------------------------------------------------------------------- */

function begin() {
  for (const section of page.questions.sections) {
    const own = section.questions.map((question) => field(question, false, false));
    sections.push({ id: section.id, fields: own });
    byId("sections").append(el("section", { id: `part-${section.id}` }, el("h2", {}, section.title),
      section.help ? el("p", { class: "lead" }, section.help) : null, own.map((one) => one.node)));
  }
  for (const event of ["input", "change"]) byId("sections").addEventListener(event, (one) => { changed = true; made = null; byId("saved").hidden = true; one.target.dispatchEvent(new Event("paper")); update(); });
  byId("save-button").addEventListener("click", save);
  byId("again").addEventListener("click", () => download(form.file, made));
  opened(() => document.querySelector("h1"));
  update();
}

begin();
