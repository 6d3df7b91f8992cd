// Where answers are written: in view at every size, and nothing that is written gets lost.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ANSWER, answerQuestion, message, startInterview, waitForIntroduction, waitForReplies } from "./actions.mjs";
import { checkAccessibility, checkWidth } from "./accessibility.mjs";
import { testApp } from "./app.mjs";
import { savePicture } from "./pictures.mjs";

const app = testApp();
const LONG_ANSWER = Array.from({ length: 40 }, (_, count) => `${count + 1}. ${ANSWER}`).join("\n");

const send = (page) => page.getByRole("button", { name: "Send", exact: true });

/** Fails unless the button to send is wholly in view, and the composer takes no more than a third of the height. */
async function checkComposer(page, name, height) {
  const button = await send(page).boundingBox();
  assert.ok(button.y >= 0 && button.y + button.height <= height, `${name}: Send is at ${button.y} of ${height}`);
  const form = await page.locator("form").boundingBox();
  assert.ok(form.height <= height / 3 + 1, `${name}: the composer takes ${form.height} of ${height}`);
}

for (const [name, width, height] of [
  ["a phone", 390, 664],
  ["a phone with its keyboard", 390, 360],
  ["a laptop", 1366, 860],
  ["a laptop at 200 %", 683, 430],
  ["a laptop at 400 %", 341, 215],
]) {
  test(`on ${name}, an answer can be written and sent wherever the reader is`, async () => {
    const page = await app.newPage({ viewport: { width, height }, reducedMotion: "reduce" });
    await startInterview(page, app.url);
    await checkComposer(page, "at the first question", height);
    await answerQuestion(page);
    await answerQuestion(page);
    await checkComposer(page, "after two answers", height);
    await page.getByLabel("Your answer").fill(LONG_ANSWER);
    await checkComposer(page, "with a long answer", height);
    await page.evaluate(() => window.scrollTo(0, 0));
    await checkComposer(page, "at the top", height);
    await checkWidth(page, name);
    await checkAccessibility(page);
    await page.getByRole("button", { name: "Options" }).click();
    await page.getByRole("dialog").waitFor();
    await checkAccessibility(page);
    await savePicture(page, `composer-${width}x${height}-options`);
    await page.keyboard.press("Escape");
    await page.getByLabel("Your answer").fill(ANSWER);
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    await savePicture(page, `composer-${width}x${height}`);
  });
}

test("the end of the question stays in view when a phone's keyboard opens", async () => {
  const page = await app.newPage({ viewport: { width: 390, height: 664 }, hasTouch: true, isMobile: true });
  await startInterview(page, app.url);
  await page.getByLabel("Your answer").tap();
  await page.setViewportSize({ width: 390, height: 360 });
  await page.waitForFunction(() => {
    const question = [...document.querySelectorAll("p[lang]")].at(-1).getBoundingClientRect();
    return question.bottom <= document.querySelector("form").getBoundingClientRect().top;
  });
});

test("where there is a keyboard, the first answer can be typed at once, and no focus is stolen", async () => {
  const page = await app.newPage();
  await startInterview(page, app.url);
  await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
  await page.keyboard.type("I am");
  assert.equal(await page.getByLabel("Your answer").inputValue(), "I am");
  await page.reload();
  await page.getByRole("link", { name: "History" }).focus();
  await waitForIntroduction(page);
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "History");
});

test("on a phone, an interview can be started from the top of the set-up", async () => {
  const page = await app.newPage({ viewport: { width: 390, height: 664 }, hasTouch: true, isMobile: true });
  await page.goto(`${app.url}/setup`);
  const start = page.getByRole("button", { name: "Start interview" });
  await start.waitFor();
  const box = await start.boundingBox();
  assert.ok(box.y + box.height <= 664, `Start is at ${box.y}`);
  await page.getByRole("combobox", { name: "Role" }).fill("Gardener");
  await start.tap();
  await waitForIntroduction(page);
});

test("a keyboard that covers the page leaves the composer in view", async () => {
  const height = 664;
  const page = await app.newPage({ viewport: { width: 390, height } });
  await startInterview(page, app.url);
  await answerQuestion(page);
  await page.evaluate(() => {
    Object.defineProperty(window.visualViewport, "height", { value: 360, configurable: true });
    window.visualViewport.dispatchEvent(new Event("resize"));
  });
  await page.getByLabel("Your answer").fill(LONG_ANSWER);
  await checkComposer(page, "above the keyboard", 360);
});

test("a long paste is kept whole, says that it is too long, and is sent once it is shorter", async () => {
  const page = await app.newPage();
  await startInterview(page, app.url);
  const box = page.getByLabel("Your answer");
  await box.fill("word ".repeat(4_100));
  assert.equal((await box.inputValue()).length, 20_500);
  await page.getByText("499 characters over the limit of 20,000").waitFor();
  assert.equal(await send(page).isDisabled(), true);
  await page.keyboard.press("Control+Enter");
  assert.equal((await box.inputValue()).length, 20_500, "nothing is sent");
  await box.fill(`Short. ${ANSWER}`);
  await send(page).click();
  await waitForReplies(page, 2);
});

test("Enter starts a new line, and sends where the user wants it so", async () => {
  const page = await app.newPage();
  await startInterview(page, app.url);
  const box = page.getByLabel("Your answer");
  await box.pressSequentially("One\nTwo");
  assert.equal(await box.inputValue(), "One\nTwo");
  await page.getByRole("button", { name: "Options" }).click();
  await page.getByLabel("Enter sends my answer").check();
  await page.keyboard.press("Escape");
  await box.fill(ANSWER);
  await box.press("Shift+Enter");
  assert.equal(await box.inputValue(), `${ANSWER}\n`);
  await box.press("Enter");
  await waitForReplies(page, 2);
});

test("each tab keeps its own draft, and drops what another tab has sent", async () => {
  const page = await app.newPage();
  await startInterview(page, app.url);
  await page.getByLabel("Your answer").fill("The first draft");
  const other = await page.context().newPage();
  await other.goto(page.url());
  await waitForIntroduction(other);
  const draftOf = (tab) => tab.getByLabel("Your answer").inputValue();
  assert.equal(await draftOf(other), "The first draft", "a new tab begins with the latest");
  const third = await page.context().newPage();
  await third.goto(page.url());
  await waitForIntroduction(third);
  await third.getByLabel("Your answer").fill("Something else");
  await page.reload();
  await waitForIntroduction(page);
  assert.equal(await draftOf(page), "The first draft", "no other tab has overwritten it");
  await page.getByLabel("Your answer").fill("The first draft, made longer.");
  await send(page).click();
  await message(other, "made longer").waitFor();
  await other.waitForFunction(() => document.querySelector("textarea").value === "");
  assert.equal(await draftOf(third), "Something else");
});

test("code in an answer is monospaced", async () => {
  const page = await app.newPage();
  await startInterview(page, app.url);
  await answerQuestion(
    page,
    "We wrote:\n```rust\nfn main() {}\n```\nand it was enough for `main`, because it was simple.",
  );
  const code = page.locator("code", { hasText: "fn main() {}" });
  assert.match(await code.evaluate((element) => getComputedStyle(element).fontFamily), /mono/);
});
