// The interface in each of its languages, from the first page to the report.
import assert from "node:assert/strict";
import { test } from "node:test";

import { getConfig } from "@lingui/conf";

import { ANSWER, startInterview } from "./actions.mjs";
import { checkAccessibility, checkWidth } from "./accessibility.mjs";
import { testApp } from "./app.mjs";
import { catalog } from "./catalog.mjs";
import { savePicture } from "./pictures.mjs";

const app = testApp();
const PHONE = { width: 390, height: 664 };
const DESKTOP = { width: 1280, height: 900 };

/** English sentences of ours that are easy to tell from words that languages share, and from the service's own. */
const sentences = [...catalog("en").keys()].filter((text) => text.split(" ").length > 2 && !text.includes("{"));

/** Everything of the page that is seen or read out, but for what the interviewer, the coach and the candidate say. */
const textsOf = (page) =>
  page.evaluate(() => {
    const copy = document.body.cloneNode(true);
    for (const theirs of copy.querySelectorAll("script, [aria-live] [lang], p[lang], button[lang]")) theirs.remove();
    const attributes = [...copy.querySelectorAll("*")].flatMap((element) =>
      ["aria-label", "placeholder", "title", "alt"].map((name) => element.getAttribute(name) ?? ""),
    );
    return [document.title, copy.textContent, ...attributes].join("\n");
  });

async function checkLanguage(page, { tag, direction }, name) {
  const { lang, dir } = await page.evaluate(() => ({
    lang: document.documentElement.lang,
    dir: document.documentElement.dir,
  }));
  assert.deepEqual([lang, dir], [tag, direction], name);
  await checkAccessibility(page);
  await checkWidth(page, `${name} in ${tag}`);
  if (tag === "en") return;
  const texts = await textsOf(page);
  assert.deepEqual(
    sentences.filter((sentence) => texts.includes(sentence)),
    [],
    `${name} in ${tag}`,
  );
}

const LANGUAGES = [
  { tag: "en", browser: "en-US", direction: "ltr" },
  { tag: "de", browser: "de-DE", direction: "ltr" },
  { tag: "es", browser: "es-ES", direction: "ltr" },
  { tag: "zh-Hans", browser: "zh-CN", direction: "ltr" },
  { tag: "ar", browser: "ar-EG", direction: "rtl" },
];

test("every language of the app is tried here", () => {
  assert.deepEqual(
    LANGUAGES.map(({ tag }) => tag),
    getConfig({ cwd: new URL("..", import.meta.url).pathname }).locales,
  );
});

for (const language of LANGUAGES) {
  for (const viewport of [DESKTOP, PHONE]) {
    const size = viewport === PHONE ? "phone" : "desktop";
    test(`a browser that speaks ${language.browser} (${size}) is spoken to in ${language.tag} on every page`, async () => {
      const { tag, direction } = language;
      const texts = catalog(tag);
      const page = await app.newPage({ locale: language.browser, viewport, reducedMotion: "reduce" });
      const check = async (name) => {
        await checkLanguage(page, language, name);
        await savePicture(page, `${name}-${tag}-${size}`, { fullPage: true });
      };
      await page.goto(app.url);
      await page
        .getByRole("heading", { level: 1, name: texts.get("Practise the interview before it counts") })
        .waitFor();
      await check("home");

      await page.getByRole("link", { name: texts.get("Set up an interview") }).click();
      const spoken = page.getByLabel(texts.get("Language of the interview"));
      assert.equal(await spoken.inputValue(), tag, "a new interview is in the interface's language");
      await check("setup");

      await page.goto(app.url);
      await page.getByRole("link", { name: texts.get("Practise one question") }).click();
      await page.getByText(texts.get("Practice mode without AI is in English only.")).waitFor();
      await page.getByRole("button", { name: "Tell me about yourself." }).waitFor();
      await check("practice");

      await page.goto(app.url);
      await page.getByRole("button", { name: texts.get("Nurse") }).click();
      const answer = page.getByLabel(texts.get("Your answer"));
      await answer.waitFor();
      await page.locator("p[lang]").filter({ hasText: /\S/ }).first().waitFor();
      await page.locator(".animate-pulse").waitFor({ state: "detached" });
      await answer.fill(ANSWER);
      const send = page.getByRole("button", { name: texts.get("Send"), exact: true });
      const box = await send.boundingBox();
      assert.ok(box.y >= 0 && box.y + box.height <= viewport.height, "the button to send is in view");
      assert.equal(box.x + box.width / 2 > viewport.width / 2, direction === "ltr", "on the side where lines end");
      await send.click();
      await page.locator("details[open] summary").first().waitFor();
      await page.locator(".animate-pulse").waitFor({ state: "detached" });
      await check("interview");

      await page.getByRole("button", { name: texts.get("End"), exact: true }).click();
      await page.getByRole("button", { name: texts.get("End and get report") }).click();
      await page.getByRole("heading", { name: texts.get("Transcript") }).waitFor();
      await page.getByText(texts.get("Writing this part…")).first().waitFor({ state: "detached" });
      await check("report");
      await page.context().close();
    });
  }
}

test("a German browser never sees a word of English, not even for a moment", async () => {
  const page = await app.newPage({ locale: "de-DE" });
  await page.addInitScript(() => {
    window.seen = [];
    new MutationObserver(() => window.seen.push(document.body?.innerText ?? "")).observe(document, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  await page.goto(app.url);
  await page.getByRole("heading", { level: 1, name: "Üben" }).waitFor();
  const seen = (await page.evaluate(() => window.seen)).join("\n");
  assert.deepEqual(
    sentences.filter((sentence) => seen.includes(sentence)),
    [],
  );
});

test("another language is chosen in the menu, in mid-interview, and stays", async () => {
  const page = await app.newPage();
  await startInterview(page, app.url);
  await page.getByLabel("Your answer").fill("Half a thought");
  await page.getByLabel("Language of this app").selectOption({ label: "Deutsch" });
  await page.getByLabel("Ihre Antwort").waitFor();
  assert.equal(await page.getByLabel("Ihre Antwort").inputValue(), "Half a thought", "what was written is kept");
  const menu = page.getByLabel("Sprache der App");
  assert.ok(await menu.evaluate((element) => element === document.activeElement), "the focus stays where it was");
  assert.equal(
    await page.locator("p[lang]").first().getAttribute("lang"),
    "en",
    "the interview keeps its own language",
  );
  await page.reload();
  await page.getByLabel("Ihre Antwort").waitFor();
  await menu.selectOption({ label: "العربية" });
  await page.getByLabel("إجابتك").waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.dir), "rtl");
});

/** A browser whose voices and speech recognition note what they are used for. */
const listenAndSpeak = () => {
  window.said = [];
  window.cancelled = 0;
  window.speechSynthesis.speak = (utterance) => {
    window.said.push({ text: utterance.text, lang: utterance.lang });
    setTimeout(() => utterance.onend(), 100);
  };
  window.speechSynthesis.cancel = () => window.cancelled++;
  window.SpeechRecognition = class {
    start() {
      window.heardIn = this.lang;
    }
    stop() {
      this.onend();
    }
  };
  localStorage.setItem("ai_interviewer_aloud", "true");
};

test("where there is no AI, a German interview is read aloud, heard and helped in English, from its first word", async () => {
  const page = await app.newPage({ locale: "de-DE" });
  await page.addInitScript(listenAndSpeak);
  await page.goto(app.url);
  await page.getByRole("button", { name: "Pflegefachkraft" }).click();
  const line = page.locator("p[lang]").filter({ hasText: /\?/ }).first();
  await line.waitFor();
  await page.locator(".animate-pulse").waitFor({ state: "detached" });
  const text = await line.textContent();
  await page.waitForFunction((last) => window.said.at(-1)?.text.endsWith(last), text.trim().slice(-10));
  const said = await page.evaluate(() => window.said);
  assert.equal(said.map((one) => one.text).join(" "), text.trim().replace(/\s+/g, " "), "the whole line, once");
  assert.deepEqual([...new Set(said.map(({ lang }) => lang.slice(0, 2)))], ["en"]);
  assert.equal(await page.evaluate(() => window.cancelled), 0);
  await page.getByRole("button", { name: "Sprechen" }).click();
  await page.waitForFunction(() => window.heardIn);
  assert.match(await page.evaluate(() => window.heardIn), /^en/);
  await page.getByRole("button", { name: "Optionen" }).click();
  await page.getByLabel("Tipps beim Antworten").waitFor();
});
