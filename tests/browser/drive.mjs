// Drives the return form in a real browser: `node drive.mjs SCENARIO < PLAN.json` prints what it saw as JSON.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const plan = JSON.parse(readFileSync(0, "utf8"));
const seen = { console: [], requests: [], axe: {}, downloads: [], dialogs: [] };

const browser = await chromium.launch({
  executablePath: plan.browser,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
});

async function context(options = {}) {
  const made = await browser.newContext({ offline: true, acceptDownloads: true, locale: "en-US", ...options });
  made.setDefaultTimeout(40000);
  return made;
}

async function open(within, file) {
  const page = await within.newPage();
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) seen.console.push(message.text()); });
  page.on("pageerror", (error) => seen.console.push(String(error)));
  page.on("dialog", (dialog) => { seen.dialogs.push(dialog.type()); dialog.accept(); });
  page.on("request", (request) => { if (!/^(file|data|blob):/.test(request.url())) seen.requests.push(request.url()); });
  await page.goto(`file://${file}`);
  return page;
}

async function audit(page, state) {
  const found = await page.evaluate(`(() => { const trustedTypes = undefined; ${axe}; return axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }); })()`);
  seen.axe[state] = found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`);
}

async function saved(page, act) {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  const path = `${plan.folder}/${download.suggestedFilename()}`;
  await download.saveAs(path);
  seen.downloads.push(path);
  return path;
}

const to = (page, id) => page.evaluate((hash) => { location.hash = hash; }, id);
const shot = async (page, name, whole = false) => { if (plan.shots) await page.screenshot({ path: `${plan.shots}/${name}.png`, fullPage: whole }); };
const here = (page) => page.locator(".step:visible");
const group = (page, words) => here(page).getByRole("group", { name: words, exact: true });

async function date(page, words, [day, month, year, time], root = here(page)) {
  const field = root.getByRole("group", { name: words, exact: true });
  await field.getByLabel("Day").fill(day);
  await field.getByLabel("Month").fill(month);
  await field.getByLabel("Year").fill(year);
  if (time) await field.getByLabel("Time").fill(time);
}

async function complete(page, who = "Siân O’Brien-Łukasz") {
  await to(page, "completed");
  await here(page).getByLabel("Full name").fill(who);
  await date(page, "When was it completed?", ["3", "2", "2026"]);
}

const showAll = (page) => page.evaluate(() => { for (const part of document.querySelectorAll(".step, .reveal, .extra, .held")) part.hidden = false; });

async function openPanel(page, phrase) {
  await page.getByLabel("Pass-phrase", { exact: true }).fill(phrase);
  await page.getByRole("button", { name: "Show who this is about" }).click();
}

const scenarios = {
  async small() {
    const within = await context({ viewport: { width: 390, height: 800 } });
    seen.over = {};
    for (const [name, file] of Object.entries(plan.files)) {
      const page = await open(within, file);
      await audit(page, name);
      await shot(page, name, true);
      seen.over[name] = await page.evaluate(() => [document.documentElement, ...document.querySelectorAll("body *")]
        .filter((one) => (!one.closest(".scroll > table") || one.matches(".said")) && Math.max(one.getBoundingClientRect().right, one === document.documentElement ? one.scrollWidth : 0) > 390.5)
        .map((one) => `${one.tagName}: ${one.textContent.trim().slice(0, 60)}`));
    }
  },
  async papers() {
    seen.wide = {};
    for (const [name, width] of [["phone", 390], ["tablet", 820]]) {
      const within = await context({ viewport: { width, height: 1000 } });
      const page = await open(within, plan.file);
      await page.getByLabel("Pass-phrase").fill("not the one");
      await page.getByRole("button", { name: "Open the papers" }).click();
      await page.getByText("does not open the papers").waitFor();
      await audit(page, `${name}-refused`);
      await shot(page, `papers-${name}-refused`);
      await page.getByLabel("Pass-phrase").fill(plan.phrase);
      await page.keyboard.press("Enter");
      await page.getByRole("navigation", { name: "Contents" }).waitFor();
      await audit(page, name);
      await shot(page, `papers-${name}`, true);
      seen.wide[name] = await page.evaluate(() => document.documentElement.scrollWidth) > width;
      seen.text = await page.locator("main").innerText();
      seen.mark = await page.locator("#mark").innerText();
      seen.focus = await page.evaluate(() => document.activeElement.id);
      seen.cells = await page.getByRole("table").getByRole("cell").count();
      seen.heads = await page.getByRole("columnheader").count();
      seen.kept = await page.evaluate(() => localStorage.length + sessionStorage.length);
      const saving = page.waitForEvent("download");
      await page.getByRole("link", { name: "Save its page as a PDF" }).click();
      const file = await saving;
      seen.saved = file.suggestedFilename();
      await file.saveAs(plan.saved);
    }
    const page = await open(await context(), plan.plain);
    seen.plain = await page.locator("main").innerText();
  },
  async notification() {
    const within = await context();
    const page = await open(within, plan.file);
    const part = (id) => page.locator(`#part-${id}`);
    const inGroup = (id, words) => part(id).getByRole("group", { name: words, exact: true });
    await shot(page, "notification", true);
    await audit(page, "empty");
    seen.hiddenFirst = await part("certificate").getByLabel("Cause Ia").isVisible();
    await page.getByRole("button", { name: "Check and save" }).click();
    seen.refused = await page.locator("#problems-list li").allInnerTexts();
    await shot(page, "notification-refused", true);
    await audit(page, "refused");
    await part("you").getByLabel("Your full name").fill("Dr Priya Raman");
    await part("you").getByLabel("Your role").fill("Consultant in Emergency Medicine");
    await part("you").getByLabel("Your organisation").fill("Northtown General Hospital");
    await part("you").getByLabel("A telephone number at which we reach you").fill("01632 960010");
    await part("child").getByLabel("First names").fill("Siân Olúwaṣeun");
    await part("child").getByLabel("Family name").fill("Testcase");
    await date(page, "Date of birth", ["2", "3", "2025"], part("child"));
    await date(page, "Date of death", ["9", "1", "2026"], part("child"));
    seen.infant = await inGroup("child", "How long was the pregnancy?").isVisible();
    await part("child").getByLabel("NHS number", { exact: true }).fill("999 000 0019");
    await inGroup("child", "Sex").getByLabel("Female").check();
    await part("child").getByLabel("Ethnicity", { exact: true }).selectOption("N");
    await part("child").getByLabel("Home address").fill("12 Example Street\nNorthtown");
    await part("child").getByLabel("Postcode").fill("nr1 1ab");
    await part("child").getByLabel("Local authority of the home").fill("Northshire");
    await part("death").getByLabel("Where did the child die?").selectOption("emergency_department");
    await inGroup("death", "Was the death expected?").getByLabel("Unexpected").check();
    await inGroup("death", "What is thought to have happened?").getByLabel("Sudden unexpected death of an infant or child").check();
    await part("death").getByLabel("What happened?").fill("Found in the morning; “quoted” – and done.");
    await inGroup("certificate", "Was a certificate of the cause of death issued?").getByLabel("No", { exact: true }).check();
    await inGroup("response", "Which of these apply?").getByLabel("sudden and has no apparent cause").check();
    await inGroup("response", "Was a joint agency response begun?").getByLabel("Yes", { exact: true }).check();
    await part("response").getByLabel("Who leads it?").fill("Dr Sam Whitfield");
    await inGroup("response", "Is there a concern about abuse or neglect?").getByLabel("No", { exact: true }).check();
    const item = (part) => page.locator(`#part-${part} .item`);
    for (const [position, who] of ["coroner", "police", "childrens_social_care", "gp"].entries()) {
      if (position) await page.getByRole("button", { name: "Add a person or body" }).click();
      const one = item("told").filter({ has: page.getByText(`person or body ${position + 1}`, { exact: false }) }).first();
      await one.getByLabel("Who", { exact: true }).selectOption(who);
      await one.getByRole("group", { name: "Were they told?" }).getByLabel("Informed", { exact: true }).check().catch(async () => one.getByLabel("Were they told?").selectOption("informed"));
      await date(page, "Informed on", ["9", "1", "2026"], one);
    }
    await item("family").first().getByLabel("Name", { exact: true }).fill("Ms Efua Testcase");
    await item("family").first().getByLabel("Relationship").selectOption("mother");
    await item("professionals").first().getByLabel("Agency").selectOption("northshire-police");
    await item("professionals").first().getByLabel("Name", { exact: true }).fill("DI Al Forde");
    await page.getByRole("button", { name: "Check and save" }).click();
    seen.number = await page.locator("#problems-list li").allInnerTexts();
    await part("child").getByLabel("NHS number", { exact: true }).fill("999 000 0018");
    seen.file = await saved(page, () => page.getByRole("button", { name: "Check and save" }).click());
    await page.locator("#saved").waitFor();
    await shot(page, "notification-saved", true);
    await audit(page, "saved");
    seen.kept = await page.evaluate(() => localStorage.length + sessionStorage.length);
  },
  async full() {
    const within = await context();
    const page = await open(within, plan.file);
    await shot(page, "top");
    await audit(page, "empty");
    await openPanel(page, plan.wrongPhrase);
    await page.getByText("does not open it").waitFor();
    seen.refused = await page.locator("#phrase-told").innerText();
    seen.hiddenAfterWrong = await page.locator("#identity").isHidden();
    await shot(page, "wrong-phrase");
    await openPanel(page, plan.spoken);
    await page.locator("#identity").waitFor();
    seen.identity = await page.locator("#identity").innerText();
    await shot(page, "identity", true);
    await audit(page, "identity");
    await page.getByRole("button", { name: "Hide these details" }).click();
    seen.identityHidden = (await page.locator("#identity-rows").textContent()) === "";
    await page.getByLabel("Yes, we hold something").check();
    await page.getByRole("button", { name: "Continue" }).first().click();
    await page.getByRole("heading", { name: "Your own details of the child" }).waitFor();
    await page.getByLabel("First names").fill("Siân Olúwaṣeun");
    await page.getByLabel("Family name").fill("Testcase");
    await here(page).getByLabel("NHS number").fill("999 000 0018");
    await here(page).getByLabel("Postcode").fill("nr1 1ab");
    await page.locator("#step-identifying").getByLabel("Address").fill("1 Civic Square\n\nNorthtown");
    await date(page, "Date of birth", ["2", "3", "2025"]);
    await to(page, "circumstances");
    await shot(page, "section", true);
    seen.before = await page.getByLabel("Who tried?").isVisible();
    await group(page, "Did anyone try to resuscitate the child?").getByLabel("Yes").check();
    await page.getByLabel("Who tried?").fill("Father, then the ambulance crew");
    await page.getByLabel("For how many minutes?").fill("27");
    await here(page).getByLabel("Where did the child die?").selectOption("emergency_department");
    await page.getByLabel("Sudden unexpected death of an infant or child").check();
    await page.getByLabel("What does your agency know of the death?").fill("Brought by ambulance.\n\n“Quoted” – and done.");
    await to(page, "supplementary");
    await page.getByLabel("In which position was the child found?").waitFor();
    seen.opened = await page.locator(".extra:visible h2").allInnerTexts();
    await group(page, "In which position was the child found?").getByLabel("Not known").check().catch(async () => page.getByLabel("In which position was the child found?").selectOption("not_known"));
    await to(page, "timeline");
    const item = page.locator(".item");
    await date(page, "When", ["9", "1", "2026", "5:43"], item.nth(0));
    await item.nth(0).getByLabel("What happened").fill("999 call received");
    await page.getByRole("button", { name: "Add a contact or event" }).click();
    await item.nth(1).getByLabel("The date is not known").check();
    await item.nth(1).getByLabel("What happened").fill("Seen by the health visitor");
    await page.getByRole("button", { name: "Add a contact or event" }).click();
    await item.nth(2).getByLabel("What happened").fill("To be removed");
    await page.getByRole("button", { name: "Remove contact or event 3" }).click();
    await to(page, "child");
    await shot(page, "child", true);
    await here(page).getByLabel("Weight in kilograms, when last measured").fill("8.1");
    await here(page).getByLabel("Weeks").fill("36");
    await here(page).getByLabel("Days").fill("4");
    await page.getByLabel("Looked after", { exact: true }).selectOption("never");
    await group(page, "Which conditions were known before the death?").getByLabel("Asthma").check();
    await group(page, "Which conditions were known before the death?").getByLabel("None", { exact: true }).check();
    await to(page, "parents");
    await group(page, "Do you hold anything about this?").getByLabel("Yes").check();
    await page.getByLabel("How is this person related to the child?").selectOption("father");
    await to(page, "unanswered");
    await page.getByLabel("What could you not answer?").fill("Immunisations");
    await page.getByLabel("Why not?").fill("The old system cannot be searched");
    await page.getByText("A draft was kept in this browser at").waitFor();
    seen.stored = await page.evaluate(() => JSON.stringify(Object.entries(localStorage)));
    seen.dialogsBefore = seen.dialogs.length;
    await page.reload();
    await to(page, "start");
    await openPanel(page, plan.phrase);
    await page.getByText("The draft of").waitFor();
    seen.resumed = await page.locator("#sections").innerText();
    await to(page, "completed");
    await page.getByRole("button", { name: "Check and save" }).click();
    await page.locator("#problems").waitFor();
    seen.problems = await page.locator("#problems li").allInnerTexts();
    seen.focusOnProblems = await page.evaluate(() => document.activeElement.id);
    seen.titleWithProblems = await page.title();
    await audit(page, "errors");
    await shot(page, "errors", true);
    await page.locator("#problems a").first().click();
    seen.focusAfterLink = await page.evaluate(() => document.querySelector(`label[for="${document.activeElement.id}"]`).textContent);
    await complete(page);
    await page.getByRole("textbox", { name: "Which systems and files did you search?" }).fill("Symphony\nEMIS");
    if (plan.shots) await page.pdf({ path: `${plan.shots}/filled.pdf`, format: "A4" });
    await saved(page, () => page.getByRole("button", { name: "Check and save" }).click());
    await page.getByRole("heading", { name: "What to do now" }).waitFor();
    seen.mailto = await page.locator("#step-saved a").getAttribute("href");
    await audit(page, "saved");
    await shot(page, "saved", true);
    await page.getByRole("button", { name: "Clear this form from this computer" }).click();
    await page.getByRole("button", { name: "Clear this form", exact: true }).click();
    await page.waitForLoadState();
    await page.locator("#working").waitFor();
    seen.storedAfterClear = await page.evaluate(() => localStorage.length);
  },

  async nil() {
    const page = await open(await context({ viewport: { width: 1280, height: 900 } }), plan.file);
    const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key); };
    const reach = async (selector) => {
      for (let step = 0; step < 400; step += 1) {
        if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
        await press("Tab");
      }
      throw new Error(`the keyboard does not reach ${selector}`);
    };
    await reach("#response-full");
    await press("ArrowDown");
    await reach("#begin");
    await press("Enter");
    await page.getByRole("heading", { name: "Who completed this form" }).waitFor();
    seen.sections = await page.locator("#sections li:visible a").allInnerTexts();
    await reach("#step-completed textarea");
    await page.keyboard.type("PARIS");
    await press("Enter");
    await page.keyboard.type("Paper files");
    await reach("#step-completed input[type=radio]");
    await press("Space");
    await reach("#step-completed input[autocomplete=name]");
    await page.keyboard.type("Nguyễn Thị Ánh");
    await reach("#step-completed input[data-part=day]");
    await page.keyboard.type("3");
    await press("Tab");
    await page.keyboard.type("2");
    await press("Tab");
    await page.keyboard.type("2026");
    await reach("#save-button");
    await saved(page, () => press("Enter"));
    seen.focusWhenSaved = await page.evaluate(() => document.activeElement.textContent);
  },

  async hostile() {
    const page = await open(await context(), plan.file);
    await page.evaluate(() => { window.ran = 0; });
    await page.getByLabel("Yes, we hold something").check();
    const filled = await page.evaluate((texts) => {
      const wanted = [...document.querySelectorAll(".step textarea, .step input.wide:not(#phrase):not([autocomplete^=work])")];
      wanted.forEach((control, position) => {
        control.value = control.tagName === "TEXTAREA" ? texts.text[position % texts.text.length] : texts.line[position % texts.line.length];
        control.dispatchEvent(new Event("input", { bubbles: true }));
      });
      for (const radio of document.querySelectorAll(".step input[name]")) if (radio.value === "yes") { radio.checked = true; radio.dispatchEvent(new Event("change", { bubbles: true })); }
      for (const box of document.querySelectorAll("#step-supplementary fieldset:first-of-type > .ticks input[type=checkbox]")) if (!box.checked && box.id.startsWith("supplementary-")) { box.checked = true; box.dispatchEvent(new Event("change", { bubbles: true })); }
      for (const select of document.querySelectorAll(".step select")) { select.value = select.options[1].value; select.dispatchEvent(new Event("change", { bubbles: true })); }
      for (const box of document.querySelectorAll(".item [data-part=unknown]")) { box.checked = true; box.dispatchEvent(new Event("change", { bubbles: true })); }
      return wanted.length;
    }, plan.texts);
    seen.filled = filled;
    await showAll(page);
    await audit(page, "all open");
    await to(page, "completed");
    await date(page, "When was it completed?", ["3", "2", "2026"]);
    seen.images = await page.evaluate(() => document.images.length);
    await saved(page, () => page.getByRole("button", { name: "Check and save" }).click());
    seen.ran = await page.evaluate(() => window.ran);
  },

  async drafts() {
    const page = await open(await context(), plan.file);
    await page.getByLabel("Yes, we hold something").check();
    await to(page, "circumstances");
    await page.getByLabel("What does your agency know of the death?").fill(plan.narrative);
    seen.keepDisabled = await page.locator("#keep").isDisabled();
    await page.getByRole("button", { name: "Save a draft file" }).click();
    await page.getByLabel("Your pass-phrase for the draft").fill("short");
    await page.getByRole("button", { name: "Save the draft file" }).click();
    seen.tooShort = await page.locator("#draft-told").innerText();
    await page.getByLabel("Your pass-phrase for the draft").fill("lamp orchard kettle");
    await page.getByLabel("The same pass-phrase again").fill("lamp orchard kettle");
    await shot(page, "draft", true);
    await audit(page, "draft");
    const file = await saved(page, () => page.getByRole("button", { name: "Save the draft file" }).click());
    seen.storedNothing = await page.evaluate(() => localStorage.length);
    const again = await open(await context(), plan.file);
    await again.getByRole("button", { name: "Open a draft file" }).click();
    await again.getByLabel("The draft file").setInputFiles(file);
    await again.getByLabel("Its pass-phrase").fill("not this one at all");
    await again.getByRole("button", { name: "Open the draft file" }).click();
    await again.getByText("cannot be opened").waitFor();
    await again.getByLabel("Its pass-phrase").fill("lamp orchard kettle");
    await again.getByRole("button", { name: "Open the draft file" }).click();
    await again.getByText("The draft has been opened").waitFor();
    await to(again, "circumstances");
    seen.narrative = await again.getByLabel("What does your agency know of the death?").inputValue();
    const untouched = seen.dialogs.length;
    await again.close({ runBeforeUnload: true });
    await new Promise((done) => setTimeout(done, 500));
    seen.asked = seen.dialogs.length > untouched;
  },

  async stopped() {
    const tell = async (options, file) => {
      const page = await (await context(options)).newPage();
      await page.goto(`file://${file}`);
      const notice = page.locator("#stopped");
      const told = await notice.waitFor({ timeout: 6000 }).then(() => notice.innerText(), () => "");
      return [told, await page.locator("#working").isVisible()];
    };
    seen.whole = await tell({}, plan.file);
    seen.withoutScript = await tell({ javaScriptEnabled: false }, plan.file);
    seen.spoilt = await tell({}, plan.spoilt);
  },

  async wrong() {
    const page = await open(await context(), plan.file);
    await openPanel(page, plan.phrase);
    await page.locator("#identity").waitFor();
    await page.getByLabel("Yes, we hold something").check();
    await to(page, "identifying");
    await date(page, "Date of birth", ["30", "2", "2025"]);
    await date(page, "Date of death", ["", "1", "2026"]);
    await here(page).getByLabel("NHS number").fill("9990000026");
    await here(page).getByLabel("Family name").fill("Elsewhere");
    await here(page).getByLabel("Postcode").fill("Northtown");
    await date(page, "When was your first contact with the child?", ["9", "1", "2026"]);
    await date(page, "When was your last contact with the child?", ["8", "1", "2026"]);
    await to(page, "circumstances");
    await group(page, "Did anyone try to resuscitate the child?").getByLabel("Yes").check();
    await page.getByLabel("For how many minutes?").fill("a while");
    await to(page, "child");
    await here(page).getByLabel("Days").fill("9");
    await here(page).getByLabel("Height in centimetres, when last measured").fill("0.7");
    await to(page, "timeline");
    await date(page, "When", ["4", "2", "2026", "25:00"]);
    await page.getByRole("button", { name: "Add a contact or event" }).click();
    await date(page, "When", ["4", "2", "2026"], page.locator(".item").nth(1));
    await page.locator(".item").nth(1).getByLabel("What happened").fill("Later than the form");
    await to(page, "unanswered");
    await page.getByLabel("Why not?").fill("No reason");
    await complete(page, " ");
    await here(page).getByLabel("Work e-mail").fill("someone at somewhere");
    await here(page).getByLabel("Work telephone").fill("none");
    await page.getByRole("button", { name: "Check and save" }).click();
    await page.locator("#problems").waitFor();
    seen.problems = await page.locator("#problems li").allInnerTexts();
    seen.beside = await page.evaluate(() => [...document.querySelectorAll(".step .error:not([hidden])")].map((one) => one.textContent.replace("Error: ", "")));
    seen.described = await page.evaluate(() => [...document.querySelectorAll("[aria-invalid]")].every((one) => one.type === "search" || one.closest("[aria-describedby]")));
  },

  async every() {
    const within = await context({ viewport: { width: 320, height: 640 } });
    seen.types = {};
    for (const [type, file] of Object.entries(plan.files)) {
      const page = await open(within, file);
      await page.getByLabel("Yes, we hold something").check();
      await page.evaluate(() => {
        for (const radio of document.querySelectorAll(".step > fieldset:not(.group):not(#response) input[value=yes]")) {
          radio.checked = true;
          radio.dispatchEvent(new Event("change", { bubbles: true }));
        }
      });
      await showAll(page);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      seen.types[type] = { wide };
      await complete(page);
      seen.types[type].file = await saved(page, () => page.getByRole("button", { name: "Check and save" }).click());
      await page.close();
    }
  },

  // What a child's age and the kind of death leave out, and that all can be asked for.
  async fits() {
    const page = await open(await context({ viewport: { width: 390, height: 844 } }), plan.file);
    await page.getByLabel("Yes, we hold something").check();
    const look = async () => ({
      left: await page.locator("#left").innerText(),
      sections: await page.evaluate(() => [...document.querySelectorAll("#sections li")].filter((one) => !one.hidden).map((one) => one.firstChild.textContent)),
      child: await page.evaluate(() => [...document.querySelectorAll("#step-child .question")].filter((one) => !one.hidden && !one.closest(".group[hidden]")).map((one) => one.querySelector("label, legend").textContent)),
      headings: await page.evaluate(() => [...document.querySelectorAll("#step-child h2")].filter((one) => !one.hidden).map((one) => one.textContent)),
      kinds: await page.evaluate(() => [...document.querySelectorAll("#step-supplementary > div > fieldset .tick")].filter((one) => !one.hidden).map((one) => one.textContent)),
      wide: await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    });
    seen.locked = await look();
    await openPanel(page, plan.phrase);
    await page.locator("#identity").waitFor();
    seen.unlocked = await look();
    seen.words = await page.locator("#left-out-words").innerText();
    await audit(page, "unlocked");
    if (plan.shots) await page.screenshot({ path: `${plan.shots}/fits-start.png`, fullPage: true });
    await to(page, "child");
    await page.locator("#step-child").waitFor();
    if (plan.shots) await page.screenshot({ path: `${plan.shots}/fits-child.png`, fullPage: true });
    await to(page, "start");
    await page.getByRole("button", { name: "Ask me all questions" }).click();
    seen.all = await look();
    await to(page, "child");
    await here(page).getByLabel("Weeks").fill("36");
    await to(page, "start");
    await page.getByRole("button", { name: "Leave out what does not fit" }).click();
    seen.answered = await look();
    await complete(page);
    await saved(page, () => page.getByRole("button", { name: "Check and save" }).click());
  },

  async foreign() {
    const page = await open(await context(), plan.file);
    await openPanel(page, plan.phrase);
    await page.getByText("does not belong").waitFor();
    seen.told = await page.locator("#phrase-told").innerText();
    seen.page = await page.locator("body").innerText();
  },

  async look() {
    for (const [name, width, height] of [["desktop", 1280, 900], ["phone", 390, 844]]) {
      const page = await open(await context({ viewport: { width, height } }), plan.file);
      await page.screenshot({ path: `${plan.shots}/${name}-top.png` });
      await openPanel(page, plan.phrase);
      await page.locator("#identity").waitFor();
      await page.locator("#identity").scrollIntoViewIfNeeded();
      await page.screenshot({ path: `${plan.shots}/${name}-start.png`, fullPage: true });
      await page.getByLabel("Yes, we hold something").check();
      for (const id of ["identifying", "circumstances", "timeline", "child", "parents", "completed"]) {
        await to(page, id);
        await page.locator(`#step-${id}`).waitFor();
        await page.screenshot({ path: `${plan.shots}/${name}-${id}.png`, fullPage: true });
      }
      await page.getByRole("button", { name: "Check and save" }).click();
      await page.screenshot({ path: `${plan.shots}/${name}-errors.png` });
      if (name === "desktop") {
        await page.pdf({ path: `${plan.shots}/print.pdf`, preferCSSPageSize: true });
        await page.emulateMedia({ forcedColors: "active" });
        await page.screenshot({ path: `${plan.shots}/${name}-forced.png` });
        await page.emulateMedia({ forcedColors: "none" });
      }
      await complete(page);
      await saved(page, () => page.getByRole("button", { name: "Check and save" }).click());
      await page.screenshot({ path: `${plan.shots}/${name}-saved.png`, fullPage: true });
    }
  },
};

try {
  await scenarios[process.argv[2]]();
} finally {
  await browser.close();
}
writeFileSync(1, JSON.stringify(seen));
