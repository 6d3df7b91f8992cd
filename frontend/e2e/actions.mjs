// What a user does in the browser, for all tests, in the page's language (`setLanguage`).
import assert from "node:assert/strict";

import { say } from "./catalog.mjs";

export const PASSWORD = "Wonder-land-42";
export const ANSWER =
  "In 2024 I led a team of five at Initech, and we moved billing to Rust, which cut failures to none.";

/** A page of a fresh browser profile. Script errors and violations of the Content-Security-Policy fail the test. */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  page.on("pageerror", (error) => assert.fail(`the page broke: ${error.message}`));
  await page.addInitScript(() =>
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
      throw new Error(`the policy forbids ${violatedDirective} ${blockedURI}`);
    }),
  );
  return page;
}

export async function startInterview(page, url, sample = "Backend engineer") {
  await page.goto(url);
  await page.getByRole("button", { name: new RegExp(say(page, sample)) }).click();
  await waitForIntroduction(page);
}

/** Waits for the first question and the box for its answer. */
export async function waitForIntroduction(page) {
  await page.getByLabel(say(page, "Your answer"), { exact: true }).waitFor();
  await message(page, /[?؟]/).first().waitFor();
  await page.locator(".animate-pulse").waitFor({ state: "detached" });
}

/** A message of the conversation, whoever wrote it. */
export const message = (page, text) =>
  page
    .getByRole("list", { name: say(page, "Conversation") })
    .locator("p.whitespace-pre-wrap")
    .filter({ hasText: text });
export const candidateMessages = (page) => page.getByText(say(page, "You"), { exact: true });
export const interviewerMessages = (page) => page.getByText(say(page, "Interviewer"), { exact: true });

/** Waits until the interviewer has written so many messages, each of them to its end. */
export const waitForReplies = (page, count, timeout = 20_000) =>
  page.waitForFunction(
    ([expected, interviewer]) =>
      [...document.querySelectorAll("p")].filter((p) => p.textContent === interviewer).length === expected &&
      !document.querySelector(".animate-pulse"),
    [count, say(page, "Interviewer")],
    { timeout },
  );

export async function sendAnswer(page, text) {
  await page.getByLabel(say(page, "Your answer"), { exact: true }).fill(text);
  await page.getByRole("button", { name: say(page, "Send"), exact: true }).click();
}

/** Sends an answer and waits for the whole reply. */
export async function answerQuestion(page, text = ANSWER) {
  await interviewerMessages(page).first().waitFor();
  const before = await interviewerMessages(page).count();
  await sendAnswer(page, text);
  await waitForReplies(page, before + 1);
}

/** Ends the interview and waits for its report. */
export async function endInterview(page) {
  await page.getByRole("button", { name: say(page, "End"), exact: true }).click();
  await page.getByRole("button", { name: say(page, "End and get report") }).click();
  await page.getByRole("heading", { name: say(page, "Transcript") }).waitFor();
  await page.getByText(say(page, "Writing this part…")).first().waitFor({ state: "detached" });
}

export async function signUp(page) {
  const email = `e2e-${crypto.randomUUID()}@example.com`;
  await page
    .getByRole("button", { name: say(page, "Sign in") })
    .first()
    .click();
  await page.getByRole("tab", { name: say(page, "Create account") }).click();
  await page.getByLabel(say(page, "Name")).fill("Ada");
  await page.getByLabel(say(page, "E-mail address")).fill(email);
  await page.getByLabel(say(page, "Password"), { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: say(page, "Create account") }).click();
  await page.getByRole("link", { name: "Ada" }).waitFor();
  return email;
}

export async function signIn(page, email, password = PASSWORD) {
  await page
    .getByRole("banner")
    .getByRole("button", { name: say(page, "Sign in") })
    .click();
  await page.getByLabel(say(page, "E-mail address")).fill(email);
  await page.getByLabel(say(page, "Password"), { exact: true }).fill(password);
  await page
    .getByRole("dialog")
    .getByRole("button", { name: say(page, "Sign in") })
    .click();
}
