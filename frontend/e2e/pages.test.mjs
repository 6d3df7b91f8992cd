// Accessibility of every page by axe, in both themes, on a desktop and a phone; focus, and the way by keyboard alone.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import {
  ANSWER,
  answerQuestion,
  endInterview,
  signUp,
  startInterview,
  waitForIntroduction,
  waitForReplies,
} from "./actions.mjs";
import { checkAccessibility, checkWidth } from "./accessibility.mjs";
import { ModelServer } from "./model-server.mjs";
import { testApp } from "./app.mjs";
import { say, setLanguage } from "./catalog.mjs";
import { picturesFolder, savePicture } from "./pictures.mjs";

/** For the pictures, each page is seen in a language that is written from right to left as well. */
const LANGUAGES = picturesFolder ? ["en", "ar"] : ["en"];
const ANSWERS = {
  en: ANSWER,
  ar: "في عام 2024 قدت فريقًا من خمسة أشخاص في شركة إنتاج، ونقلنا نظام الفواتير إلى منصة جديدة.",
};
const LONGER = {
  en: "First we measured, then we compared two designs, because a rewrite is a risk.",
  ar: "قسنا أولًا كل خطوة لمدة شهر، ثم قارنّا بين تصميمين مع الفريق كله، لأن إعادة البناء من الصفر فيها مخاطرة، واخترنا الأبسط منهما ونجحنا في أسبوعين.",
};

const model = await ModelServer.start();
after(() => model.stop());
const app = testApp({ settings: { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: "none", LLM_MODEL: "stand-in" } });

for (const language of LANGUAGES) {
  for (const colorScheme of ["light", "dark"]) {
    for (const [device, viewport] of [
      ["desktop", { width: 1280, height: 900 }],
      ["phone", { width: 360, height: 740 }],
    ]) {
      test(`every page is accessible and no wider than its window: ${colorScheme}, ${device}, ${language}`, async () => {
        model.language = language;
        const page = await app.newPage({ colorScheme, viewport, reducedMotion: "reduce", locale: language });
        setLanguage(page, language);
        await everyPage(page, language, async (name) => {
          await checkAccessibility(page);
          await checkWidth(page, name);
          await savePicture(page, [name, device, colorScheme, ...(language === "en" ? [] : [language])].join("-"));
        });
        model.language = "en";
        await page.context().close();
      });
    }
  }
}

/** Goes to every page, with what a user has there after two interviews. */
async function everyPage(page, language, checkPage) {
  const button = (name) => page.getByRole("button", { name: say(page, name), exact: true });
  const heading = (name) => page.getByRole("heading", { name: say(page, name) });
  await page.goto(app.url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await checkPage("home");
  await button("Sign in").click();
  await page.getByRole("dialog").waitFor();
  await checkPage("sign-in");
  await button("Close").click();
  await page.goto(`${app.url}/setup`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await checkPage("setup");
  await page.goto(`${app.url}/practice`);
  await heading("Practise one question").waitFor();
  await checkPage("practice");
  await startInterview(page, app.url);
  await answerQuestion(page, ANSWERS[language]);
  await page.locator("details[open]").first().waitFor();
  await checkPage("interview");
  await answerQuestion(page, `${ANSWERS[language]} ${LONGER[language]}`);
  await button("End").click();
  await page.getByRole("dialog").waitFor();
  await checkPage("end");
  await button("End and get report").click();
  await heading("Strengths").waitFor();
  await heading("What to read next").waitFor();
  await checkPage("report");
  await page.goto(`${app.url}/history`);
  await page.locator("a[href*='/report#']").click();
  await button("Practise this again").click();
  await waitForIntroduction(page);
  await answerQuestion(page, `${ANSWERS[language]} ${LONGER[language]}`);
  await endInterview(page);
  await startInterview(page, app.url, "Nurse");
  await page.goto(`${app.url}/history`);
  await page.getByRole("link", { name: say(page, "Continue {role}", { role: say(page, "Nurse") }) }).waitFor();
  await checkPage("history");
  await page.goto(`${app.url}/progress`);
  await heading("Compare two interviews").waitFor();
  await page.getByRole("row", { name: new RegExp(`^${say(page, "Overall")}`) }).waitFor();
  await checkPage("progress");
  await signUp(page);
  await page.goto(`${app.url}/account`);
  await heading("Delete your account").waitFor();
  await checkPage("account");
  await page.goto(`${app.url}/privacy`);
  await heading("Your voice").waitFor();
  await checkPage("privacy");
  await page.goto(`${app.url}/nowhere`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await checkPage("not-found");
  await page.goto(`${app.url}/#error=access_denied&error_description=Email+link+is+invalid+or+has+expired`);
  await heading("This link didn’t work").waitFor();
  await checkPage("link");
}

test("navigation moves the focus to the new page and changes the title", async () => {
  const page = await app.newPage();
  await page.goto(app.url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "BODY");
  await page.getByRole("link", { name: "History" }).click();
  await page.getByRole("heading", { name: "Your interviews" }).waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "main");
  assert.match(await page.title(), /^History/);
});

test("by keyboard alone: from the first page to an answer", async () => {
  const page = await app.newPage();
  await page.goto(app.url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  /** Presses Tab until something is reached. */
  const tabTo = async (tag, text) => {
    for (let count = 0; count < 40; count++) {
      await page.keyboard.press("Tab");
      const isReached = await page.evaluate(
        ([wanted, within]) =>
          document.activeElement?.tagName === wanted && document.activeElement.textContent.includes(within),
        [tag, text],
      );
      if (isReached) return;
    }
    assert.fail(`${tag} ${text} is not reached`);
  };
  await tabTo("BUTTON", "Backend engineer");
  await page.keyboard.press("Enter");
  await waitForIntroduction(page);
  await tabTo("TEXTAREA", "");
  await page.keyboard.type(ANSWER);
  await page.keyboard.press("Control+Enter");
  await waitForReplies(page, 2);
  await tabTo("BUTTON", "End");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  // Back where it was.
  await page.waitForFunction(() => document.activeElement?.textContent === "End");
});

/** What has moved for longer than an eye can see since the page was loaded. */
const movements = (page) => page.evaluate(() => window.movements);
const recordMovements = (page) =>
  page.addInitScript(() => {
    window.movements = [];
    for (const name of ["animationstart", "transitionstart"]) {
      document.addEventListener(name, (event) => {
        const longest = Math.max(...event.target.getAnimations().map(({ effect }) => effect.getTiming().duration));
        if (longest > 1) window.movements.push(`${name} of ${event.target.outerHTML.slice(0, 100)}`);
      });
    }
  });

for (const [name, options] of [
  ["with forced colours", { forcedColors: "active" }],
  ["at 400 %", { viewport: { width: 320, height: 256 } }],
  ["at 200 %", { viewport: { width: 683, height: 430 } }],
  ["on a phone", { viewport: { width: 390, height: 664 }, hasTouch: true, isMobile: true }],
  ["above a phone's keyboard", { viewport: { width: 390, height: 360 }, hasTouch: true, isMobile: true }],
  ["on a laptop, without motion", { viewport: { width: 1366, height: 860 }, reducedMotion: "reduce" }],
]) {
  test(`a whole interview is usable ${name}`, async () => {
    const page = await app.newPage(options);
    await recordMovements(page);
    await page.goto(`${app.url}/setup`);
    await page.getByRole("button", { name: "Start interview" }).click();
    await page.getByText("Enter the role you’re applying for.").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("name")), "job_role");
    await checkWidth(page, "the set-up");
    await page.getByRole("combobox", { name: "Role" }).fill("Gardener");
    const questions = page.getByLabel("Number of questions");
    await questions.fill("");
    await questions.pressSequentially("12");
    assert.equal(await questions.inputValue(), "12");
    await questions.fill("250");
    await questions.blur();
    assert.equal(await questions.inputValue(), "100");
    await page.getByText("Enter a number from 1 to 100.").waitFor();
    await questions.fill("3");
    await page.getByRole("button", { name: "Start interview" }).click();
    await waitForIntroduction(page);
    await answerQuestion(page);
    await checkWidth(page, "the interview");
    await checkAccessibility(page);
    const send = await page.getByRole("button", { name: "Send", exact: true }).boundingBox();
    assert.ok(send.y >= 0 && send.y + send.height <= page.viewportSize().height, `Send is at ${send.y}`);
    await endInterview(page);
    await checkWidth(page, "the report");
    await checkAccessibility(page);
    if (options.reducedMotion) assert.deepEqual(await movements(page), []);
    if (!options.forcedColors) return;
    const borderless = await page.evaluate(() =>
      [...document.querySelectorAll("button, a[class*=min-h-11]")]
        .filter((element) => element.checkVisibility() && getComputedStyle(element).borderTopWidth === "0px")
        .map((element) => element.outerHTML.slice(0, 100)),
    );
    assert.deepEqual(borderless, [], "colours alone show no button");
  });
}

test("the focus goes to the list when an interview in it is deleted", async () => {
  const page = await app.newPage();
  await startInterview(page, app.url);
  await startInterview(page, app.url, "Nurse");
  await page.goto(`${app.url}/history`);
  await page.getByRole("button", { name: "Delete Nurse" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByText("1 interview", { exact: true }).waitFor();
  await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label") === "Interviews");
});
