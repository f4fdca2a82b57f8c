"use strict";
/* The fields of the form: how each kind of question is asked, read, kept in a draft and checked. */

const page = JSON.parse(document.getElementById("page").textContent);
const codesOf = (name) => page.questions.codes[name];
const fields = new Map(); // path -> field, of those that stand outside lists
let lastId = 0;

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

const lower = (words) => (/^[A-Z][a-z' ]/.test(words) ? words[0].toLowerCase() + words.slice(1) : words);
const clean = (text) => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "");
const characters = (text) => [...text].length;
const pad = (number, width = 2) => String(number).padStart(width, "0");

/* ---- what every question has: words, a hint, a place for an error ------------------------------------------------ */

function frame(question, as, controls) {
  const id = `q${(lastId += 1)}`;
  const hint = question.help ? el("p", { class: "hint", id: `${id}-hint` }, question.help) : null;
  const error = el("p", { class: "error", id: `${id}-error`, hidden: true });
  const described = hint ? `${id}-hint` : undefined;
  const built = controls(id, described);
  const words = as === "fieldset" ? el("legend", {}, question.words) : el("label", { for: id }, question.words);
  const node = el(as === "fieldset" ? "fieldset" : "div", { class: "question", "aria-describedby": as === "fieldset" ? described : undefined }, words, hint, error, built);
  const invalid = as === "fieldset" ? node : node.querySelector("input, textarea, select");
  return {
    question,
    node,
    first: () => node.querySelector("input, textarea, select"),
    wrong(message) {
      node.classList.toggle("wrong", Boolean(message));
      error.hidden = !message;
      error.replaceChildren(...(message ? [el("span", { class: "unseen" }, "Error: "), message] : []));
      const ids = [hint && `${id}-hint`, message && `${id}-error`].filter(Boolean).join(" ");
      if (ids) invalid.setAttribute("aria-describedby", ids);
      else invalid.removeAttribute("aria-describedby");
      for (const control of node.querySelectorAll("input:not([type=radio]):not([type=checkbox]), textarea, select")) {
        if (message) control.setAttribute("aria-invalid", "true");
        else control.removeAttribute("aria-invalid");
      }
    },
  };
}

function input(id, more = {}) {
  return el("input", { id, type: "text", autocomplete: "off", spellcheck: "false", ...more });
}

/* A box for text grows with what is typed. */
function grows(control) {
  const fit = () => {
    if (!control.offsetParent) return;
    control.style.height = "auto";
    control.style.height = `${control.scrollHeight + control.offsetHeight - control.clientHeight}px`;
  };
  for (const event of ["input", "paper", "focus"]) control.addEventListener(event, fit);
  return control;
}

/* What was typed, in full, for paper: a box on paper does not scroll. */
function onPaper(control, text) {
  const shown = el("div", { class: "paper", "aria-hidden": "true" });
  const show = () => shown.replaceChildren(...text(control));
  control.addEventListener("paper", show);
  show();
  return shown;
}

const asTyped = (control) => [control.value];
const asBoxes = (control) =>
  [...control.options].filter((option) => option.value).map((option) => el("span", { class: "box" }, `${option.selected ? "☒" : "☐"} ${option.text}`));

/* ---- text -------------------------------------------------------------------------------------------------------- */

function typed(question, build, read) {
  const field = frame(question, "div", (id, described) => {
    const control = build(id, described);
    return [control, onPaper(control, asTyped)];
  });
  const control = field.first();
  return Object.assign(field, {
    raw: () => control.value,
    restore(raw) { control.value = typeof raw === "string" ? raw : ""; },
    filled: () => control.value.trim() !== "",
    value: () => (control.value.trim() === "" ? undefined : read(control.value)),
    check(tell) {
      if (control.value.trim() === "") return;
      const message = wrongText(question, control.value);
      if (message) tell(field, message);
    },
  });
}

const WORD = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LABEL = "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?";
const LIKE = {
  email: "must be one address, like name@organisation.example",
  phone: "must be digits and spaces, like 01632 960001",
  postcode: "must be a full postcode, like NR1 1AB",
  nhs_number: "must be ten digits, like 999 000 0018",
};
const ADDRESS = new RegExp(`^(?!-)(?=[^@]{1,64}@)${WORD}(\\.${WORD})*@${LABEL}(\\.${LABEL})+$`);
const READ = {
  email: (text) => text.trim(),
  phone: (text) => text.trim(),
  postcode: (text) => text.trim().toUpperCase().replace(/\s+/g, " "),
  nhs_number: (text) => text.replace(/\s+/g, ""),
};

function wrongText(question, text) {
  if (question.kind in LIKE) {
    const pattern = question.pattern ? new RegExp(question.pattern) : ADDRESS;
    const given = READ[question.kind](text);
    return pattern.test(given) && given.length <= (question.most || given.length) ? "" : `${question.title} ${LIKE[question.kind]}`;
  }
  const { most } = question;
  return characters(clean(text)) > most ? `${question.title} must be ${most.toLocaleString("en-GB")} characters or fewer` : "";
}

const line = (question) => typed(question, (id, described) =>
  input(id, { "aria-describedby": described, class: question.kind === "line" ? "wide" : "middling",
    inputmode: { phone: "tel", email: "email", nhs_number: "numeric" }[question.kind], autocomplete: personal(question) }),
  READ[question.kind] || clean);

function personal(question) {
  if (!question.path.startsWith("completed_by.")) return "off";
  return { name: "name", role: "organization-title", phone: "work tel", email: "work email" }[question.key] || "off";
}

const text = (question) => typed(question, (id, described) =>
  grows(el("textarea", { id, rows: question.short ? 2 : 5, autocomplete: "off", spellcheck: "false", "aria-describedby": described })), clean);

function lines(question) {
  const parts = (raw) => clean(raw).split("\n").map((part) => part.trim()).filter(Boolean);
  const field = typed(question, (id, described) =>
    grows(el("textarea", { id, rows: 3, autocomplete: "off", spellcheck: "false", "aria-describedby": described })), parts);
  const { longest } = question;
  return Object.assign(field, {
    check(tell) {
      const given = parts(field.raw());
      if (given.length > question.most) tell(field, `${question.title} must be ${question.most} lines or fewer`);
      else if (given.some((part) => characters(part) > longest)) tell(field, `${question.title}: each line must be ${longest} characters or fewer`);
    },
  });
}

function number(question) {
  const pattern = question.whole ? /^-?[0-9]{1,9}$/ : /^-?[0-9]{1,9}(\.[0-9]{1,9})?$/;
  const field = typed(question, (id, described) =>
    input(id, { class: "narrow", inputmode: question.whole ? "numeric" : "decimal", "aria-describedby": described }),
    (raw) => Number(raw.trim()));
  return Object.assign(field, {
    check(tell) {
      const raw = field.raw().trim();
      if (raw === "") return;
      const kind = question.whole ? "a whole number" : "a number";
      const within = `between ${question.low} and ${question.high}`;
      if (!pattern.test(raw)) tell(field, `${question.title} must be ${kind} ${within}`);
      else if (Number(raw) < question.low || Number(raw) > question.high) tell(field, `${question.title} must be ${within}`);
    },
  });
}

/* ---- dates ------------------------------------------------------------------------------------------------------- */

function realDate(year, month, day) {
  const found = new Date(Date.UTC(2000, 0, 1));
  found.setUTCFullYear(year, month - 1, day);
  return year >= 1000 && found.getUTCFullYear() === year && found.getUTCMonth() === month - 1 && found.getUTCDate() === day;
}

function box(id, name, words, width, described) {
  return el("div", { class: "part" }, el("label", { for: `${id}-${name}` }, words),
    input(`${id}-${name}`, { class: width, inputmode: "numeric", "data-part": name, "aria-describedby": described }));
}

function dateLike(question) {
  const timed = question.kind === "date_or_date_time";
  let unknown = null;
  const field = frame(question, "fieldset", (id) => {
    const boxes = [box(id, "day", "Day", "two"), box(id, "month", "Month", "two"), box(id, "year", "Year", "four")];
    if (timed) boxes.push(box(id, "time", "Time, like 06:52", "five"));
    const row = el("div", { class: "date" }, boxes);
    if (question.today) row.append(el("button", { type: "button", class: "plain", on: { click: () => today() } }, "Today"));
    if (!timed) return row;
    unknown = el("input", { type: "checkbox", id: `${id}-unknown`, "data-part": "unknown" });
    return [row, el("div", { class: "tick small" }, unknown, el("label", { for: `${id}-unknown` }, "The date is not known"))];
  });
  const part = (name) => field.node.querySelector(`[data-part=${name}]`);
  const read = (name) => (part(name) ? part(name).value.trim() : "");
  function today() {
    const now = new Date();
    part("day").value = now.getDate();
    part("month").value = now.getMonth() + 1;
    part("year").value = now.getFullYear();
    part("day").dispatchEvent(new Event("input", { bubbles: true }));
  }
  const empty = () => ["day", "month", "year", "time"].every((name) => read(name) === "");
  function examined() {
    const [day, month, year, time] = ["day", "month", "year", "time"].map(read);
    const digits = [day, month, year].every((given) => /^[0-9]{0,4}$/.test(given)) && (year === "" || year.length === 4);
    const real = `${question.title} must be a real date, like 3 2 2026`;
    if (question.kind === "partial_date" && digits && year && !day) {
      if (!month) return { value: year };
      return Number(month) >= 1 && Number(month) <= 12 ? { value: `${year}-${pad(Number(month))}` } : { message: real };
    }
    const missing = [["a day", day], ["a month", month], ["a year", year]].filter(([, given]) => given === "").map(([name]) => name);
    if (missing.length) return { message: `${question.title} must include ${missing.join(" and ")}` };
    if (!digits || !realDate(Number(year), Number(month), Number(day))) return { message: real };
    const date = `${year}-${pad(Number(month))}-${pad(Number(day))}`;
    if (!time) return { value: date };
    const clock = /^([0-9]{1,2})[:.]?([0-9]{2})$/.exec(time);
    if (!clock || Number(clock[1]) > 23 || Number(clock[2]) > 59) return { message: `${question.title}: the time must be of 24 hours, like 06:52` };
    return { value: `${date}T${pad(Number(clock[1]))}:${clock[2]}` };
  }
  return Object.assign(field, {
    raw: () => ({ day: read("day"), month: read("month"), year: read("year"), time: read("time"), unknown: Boolean(unknown && unknown.checked) }),
    restore(raw) {
      for (const name of ["day", "month", "year", "time"]) if (part(name)) part(name).value = (raw && raw[name]) || "";
      if (unknown) unknown.checked = Boolean(raw && raw.unknown);
    },
    filled: () => !empty() || Boolean(unknown && unknown.checked),
    value() {
      if (unknown && unknown.checked) return null;
      return empty() ? undefined : examined().value;
    },
    check(tell) {
      if (unknown && unknown.checked) {
        if (!empty()) tell(field, `${question.title}: give the date, or say that it is not known, not both`);
      } else if (!empty() && examined().message) tell(field, examined().message);
    },
  });
}

/* ---- choices ----------------------------------------------------------------------------------------------------- */

function choice(question, compact) {
  const codes = codesOf(question.codes);
  return compact || codes.length > page.questions.most_radios ? chosenFromList(question, codes) : radios(question, codes);
}

function chosenFromList(question, codes) {
  const field = frame(question, "div", (id, described) => {
    const control = el("select", { id, autocomplete: "off", "aria-describedby": described }, el("option", { value: "" }, "Choose, or leave it"),
      codes.map(([code, label]) => el("option", { value: code }, label)));
    return [control, onPaper(control, asBoxes)];
  });
  const control = field.first();
  return Object.assign(field, {
    raw: () => control.value,
    restore(raw) { control.value = codes.some(([code]) => code === raw) ? raw : ""; },
    filled: () => control.value !== "",
    value: () => control.value || undefined,
    check() {},
  });
}

function ticks(id, type, codes) {
  return codes.map(([code, label], position) => el("div", { class: "tick" },
    el("input", { type, id: `${id}-${position}`, name: id, value: code }),
    el("label", { for: `${id}-${position}` }, label)));
}

function radios(question, codes) {
  let clear = null;
  const field = frame(question, "fieldset", (id) => {
    clear = el("button", { type: "button", class: "plain clear", hidden: true, on: { click: () => restore("", true) } },
      "Clear this answer", el("span", { class: "unseen" }, `: ${question.words}`));
    return [el("div", { class: codes.every(([, label]) => label.length < 15) ? "ticks across" : "ticks" }, ticks(id, "radio", codes)), clear];
  });
  const all = [...field.node.querySelectorAll("input")];
  const raw = () => (all.find((one) => one.checked) || { value: "" }).value;
  const show = () => { clear.hidden = question.needed || raw() === ""; };
  function restore(code, byHand) {
    for (const one of all) one.checked = one.value === code;
    show();
    if (byHand) {
      all[0].focus();
      all[0].dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
  field.node.addEventListener("change", show);
  return Object.assign(field, { raw, restore, filled: () => raw() !== "", value: () => raw() || undefined, check() {} });
}

function choices(question) {
  const field = frame(question, "fieldset", (id) => el("div", { class: "ticks" }, ticks(id, "checkbox", codesOf(question.codes))));
  const all = [...field.node.querySelectorAll("input")];
  const alone = (one) => page.questions.exclusive.includes(one.value);
  const raw = () => all.filter((one) => one.checked).map((one) => one.value);
  field.node.addEventListener("change", (event) => {
    if (!event.target.checked) return;
    for (const one of all) if (one !== event.target && (alone(event.target) || alone(one))) one.checked = false;
  });
  return Object.assign(field, {
    raw,
    restore(given) { for (const one of all) one.checked = Array.isArray(given) && given.includes(one.value); },
    filled: () => raw().length > 0,
    value: () => (raw().length ? raw() : undefined),
    check() {},
  });
}

/* ---- fields made of others --------------------------------------------------------------------------------------- */

const shown = (field) => !field.node.hidden;

function parts(question, inList) {
  return question.items.map((one) => field(one, inList, question.compact));
}

function objectOf(below, needed) {
  const value = () => {
    const found = {};
    for (const one of below) if (shown(one) && one.value() !== undefined) found[one.question.key] = one.value();
    return Object.keys(found).length ? found : undefined;
  };
  const filled = () => below.some((one) => shown(one) && one.filled());
  return {
    value,
    filled,
    raw: () => Object.fromEntries(below.map((one) => [one.question.key, one.raw()])),
    restore: (raw) => below.forEach((one) => one.restore(raw ? raw[one.question.key] : undefined)),
    check(tell) {
      for (const one of below) {
        if (!shown(one)) continue;
        if (one.question.needed && (needed || filled()) && !one.below && !one.filled()) tell(one, one.question.missing || `Enter ${lower(one.question.title)}`);
        else one.check(tell);
      }
    },
  };
}

function group(question, inList) {
  const below = parts(question, inList);
  const hint = question.help ? el("p", { class: "hint" }, question.help) : null;
  const node = el("fieldset", { class: question.compact ? "group compact" : "group" }, el("legend", {}, question.words), hint, below.map((one) => one.node));
  return Object.assign(objectOf(below, question.needed), { question, node, first: () => node.querySelector("input, textarea, select"), below });
}

function list(question, inList) {
  const items = [];
  const place = el("div", {});
  const live = el("p", { class: "unseen", role: "status" });
  const add = el("button", { type: "button", class: "second", on: { click: () => grow(true) } }, question.add);
  const heading = question.words === "Timeline" || question.path === "parents" ? null : el("h2", {}, question.words);
  const hint = question.help ? el("p", { class: "hint" }, question.help) : null;
  const node = el("div", { class: "list" }, heading, hint, place, add, live);
  const name = question.one[0].toUpperCase() + question.one.slice(1);
  function grow(byHand) {
    const below = parts(question, true);
    const legend = el("legend", { tabindex: "-1" });
    const words = el("span", {});
    const item = Object.assign(objectOf(below, false), { below, legend, words });
    const remove = el("button", { type: "button", class: "plain", on: { click: () => drop(item) } }, "Remove ", words);
    item.node = el("fieldset", { class: "item" }, legend, below.map((one) => one.node), remove);
    items.push(item);
    place.append(item.node);
    count();
    if (byHand) item.node.querySelector("input, textarea, select").focus();
    return item;
  }
  function drop(item) {
    const position = items.indexOf(item);
    items.splice(position, 1);
    item.node.remove();
    if (!items.length) grow(false);
    count();
    live.textContent = `${name} ${position + 1} was removed.`;
    items[Math.min(position, items.length - 1)].legend.focus();
    node.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function count() {
    items.forEach((item, position) => {
      item.legend.textContent = `${name} ${position + 1}`;
      item.words.textContent = `${question.one} ${position + 1}`;
    });
    add.hidden = question.most > 0 && items.length >= question.most;
  }
  grow(false);
  return {
    question,
    node,
    first: () => node.querySelector("input, textarea, select"),
    items,
    raw: () => items.map((item) => item.raw()),
    restore(raw) {
      const given = Array.isArray(raw) && raw.length ? raw : [undefined];
      while (items.length > given.length) items.pop().node.remove();
      while (items.length < given.length) grow(false);
      items.forEach((item, position) => item.restore(given[position]));
      count();
    },
    filled: () => items.some((item) => item.filled()),
    value() {
      const found = items.filter((item) => item.filled()).map((item) => item.value());
      return found.length ? found : undefined;
    },
    check(tell) {
      items.forEach((item, position) => item.check((one, message) => tell(one, items.length > 1 ? `${name} ${position + 1}: ${message}` : message)));
    },
  };
}

const KINDS = { text, lines, number, choices, list, group, date: dateLike, partial_date: dateLike, date_or_date_time: dateLike };

function field(question, inList, compact) {
  const made = question.kind === "choice" ? choice(question, compact) : (KINDS[question.kind] || line)(question, inList);
  if (question.when) made.node.classList.add("reveal");
  if (!inList) fields.set(question.path, made);
  return made;
}
