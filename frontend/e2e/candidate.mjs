// What a candidate does in a browser, for all tests.
import assert from "node:assert/strict";

export const PASSWORD = "Wonder-land-42";
export const ANSWER =
  "In 2024 I led a team of five at Initech, and we moved billing to Rust, which cut failures to none.";

/** A page of a browser that nobody used before; a script that breaks fails the test. */
export async function visitor(browser, options = {}) {
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

export async function begin(page, url, sample = "Backend engineer") {
  await page.goto(url);
  await page.getByRole("button", { name: new RegExp(sample) }).click();
  await introduced(page);
}

/** Until the first question stands and can be answered. */
export async function introduced(page) {
  await page.getByLabel("Your answer").waitFor();
  await said(page, /practise for the position/).waitFor();
}

/** A message or a line of the conversation. */
export const said = (page, text) =>
  page.getByRole("list", { name: "Conversation" }).locator("p.whitespace-pre-wrap").filter({ hasText: text });
export const answers = (page) => page.getByText("You", { exact: true });
export const lines = (page) => page.getByText("Interviewer", { exact: true });

/** Until so many lines of the interviewer are there, each of them whole. */
export const whole = (page, count, timeout = 20_000) =>
  page.waitForFunction(
    (wanted) =>
      [...document.querySelectorAll("p")].filter((p) => p.textContent === "Interviewer").length === wanted &&
      !document.querySelector(".animate-pulse"),
    count,
    { timeout },
  );

export async function send(page, text) {
  await page.getByLabel("Your answer").fill(text);
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

/** Sends an answer and waits for the whole reply. */
export async function answer(page, text = ANSWER) {
  await lines(page).first().waitFor();
  const known = await lines(page).count();
  await send(page, text);
  await whole(page, known + 1);
}

/** Ends the interview and waits for its report. */
export async function end(page) {
  await page.getByRole("button", { name: "End", exact: true }).click();
  await page.getByRole("button", { name: "End it" }).click();
  await page.getByRole("heading", { name: "Strengths" }).waitFor();
}

export async function signUp(page) {
  const email = `e2e-${crypto.randomUUID()}@example.com`;
  await page.getByRole("button", { name: "Sign in" }).first().click();
  await page.getByRole("tab", { name: "Create account" }).click();
  await page.getByLabel("Name").fill("Ada");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("link", { name: "Ada" }).waitFor();
  return email;
}
