(() => {
/* Puts the papers into the page as text; opens them first with the pass-phrase where they are locked. Nothing is kept in the browser. */
"use strict";
const byId = (id) => document.getElementById(id);
const page = JSON.parse(byId("page").textContent);

function made(name, text, attributes = {}) {
  const element = document.createElement(name);
  if (text) element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function within(name, children, attributes = {}) {
  const element = made(name, "", attributes);
  element.append(...children);
  return element;
}

/* The roles are said again, because a table that a narrow screen shows as blocks is none to some screen readers. */
function tableOf(part, about) {
  const heads = part.heads.map((head) => made("th", head || "No.", { scope: "col", role: "columnheader" }));
  const head = within("thead", [within("tr", heads, { role: "row" })], { role: "rowgroup" });
  const rows = part.rows.map((row) => within("tr", row.flatMap((cell, at) => {
    return [made("td", cell, { role: "cell", ...(cell && part.heads[at] ? { "data-head": part.heads[at] } : {}) })];
  }), { role: "row" }));
  return within("table", [head, within("tbody", rows, { role: "rowgroup" })], { role: "table", "aria-label": about });
}

const factsOf = (rows) => within("dl", rows.map(([name, value]) => within("div", [made("dt", name), made("dd", value)])));

function saidOf(row) {
  const line = made("p", "", { class: `said d${Math.min(row.depth, 4)}` });
  line.append(made("strong", row.text ? `${row.title}: ` : row.title), row.text || "");
  return line;
}

/* A heading; one with a number stands in the contents too. */
function headed(kind, text, number, apart) {
  const heading = made(kind, text, number ? { id: `part-${number}`, tabindex: "-1" } : {});
  if (apart) heading.className = "apart";
  if (number) byId("list").append(within("li", [made("a", text, { href: `#part-${number}` })]));
  return heading;
}

/* The pages of another document: a PDF within this page, which the browser saves when it is asked to. */
function fileOf(part, text, number) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const href = URL.createObjectURL(new Blob([bytes], { type: "application/pdf" }));
  const words = `Save its ${part.count === 1 ? "page" : `${part.count} pages`} as a PDF`;
  return within("p", [made("a", words, { href, download: `papers-${number}.pdf`, "aria-label": `${words}: ${part.title}` }),
    " It is not locked any more when you have saved it: delete it when you have read it."]);
}

function build(paper) {
  const papers = byId("papers"), files = paper.files || [];
  let apart = false, last = paper.title, count = 0, sheets = 0;
  for (const part of paper.parts) {
    if (part.kind === "break") { apart = true; continue; }
    if (part.kind === "sheets") {
      papers.append(headed("h2", part.title, ++count, true), made("p", part.note, { class: "quiet" }), fileOf(part, files[sheets], ++sheets));
      continue;
    }
    if (part.kind === "h2" || part.kind === "h3") {
      last = part.text;
      papers.append(headed(part.kind, part.text, part.kind === "h2" ? ++count : 0, apart));
      apart = false;
    }
    else if (part.kind === "text") papers.append(made("p", part.text));
    else if (part.kind === "quiet") papers.append(made("p", part.text, { class: "quiet" }));
    else if (part.kind === "list") papers.append(within("ul", part.items.map((item) => made("li", item))));
    else if (part.kind === "facts") papers.append(factsOf(part.rows));
    else if (part.kind === "table") papers.append(tableOf(part, last));
    else papers.append(...part.rows.map(saidOf));
  }
}

function show(paper) {
  document.title = paper.title;
  byId("title").textContent = paper.title;
  byId("title").after(made("p", paper.subtitle));
  byId("mark").textContent = paper.mark_line;
  byId("mark").hidden = !paper.mark_line;
  byId("foot").textContent = paper.notice;
  byId("foot").hidden = false;
  byId("lock").remove();
  build(paper);
  const first = byId("papers").querySelector("h2.apart");
  if (first) first.before(byId("contents"));  /* how long it takes stands before a list of forty parts */
  byId("contents").hidden = false;
}

async function open(event) {
  event.preventDefault();
  const phrase = byId("phrase").value.toLowerCase().replace(/[^a-z]+/g, " ").trim();
  byId("told").textContent = "";
  try {
    const message = await openpgp.readMessage({ armoredMessage: page.locked });
    const opened = JSON.parse((await openpgp.decrypt({ message, passwords: [phrase] })).data);
    if (opened.schema !== page.schema) throw new Error("something else");
    show(opened.paper);
    byId("title").focus();
  } catch (error) {
    byId("told").textContent = "This pass-phrase does not open the papers. Check each word; if it is right and still does not open, ring the child death review team.";
    byId("phrase").setAttribute("aria-invalid", "true");
    byId("phrase").focus();
  }
}

if (page.paper) show(page.paper);
else {
  byId("lock").hidden = false;
  byId("lock").addEventListener("submit", open);
}
})();
