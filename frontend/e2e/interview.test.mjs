// An interview in writing, of which nothing is lost: reloads, tabs, expired tokens, dead networks, a killed server.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  ANSWER,
  answerQuestion,
  candidateMessages,
  endInterview,
  interviewerMessages,
  message,
  sendAnswer,
  signUp,
  startInterview,
  waitForIntroduction,
  waitForReplies,
} from "./actions.mjs";
import { testApp } from "./app.mjs";

const app = testApp({ settings: { OFFLINE_REPLY_DELAY_MS: "700" } });

test("a guest is at the first question after one click, and an account keeps what was said", async () => {
  const page = await app.newPage();
  await startInterview(page, app.url);
  await answerQuestion(page);
  await signUp(page);
  await message(page, ANSWER).waitFor();
  await answerQuestion(page, "We measured first and found one query behind most of the load.");
  assert.equal(await candidateMessages(page).count(), 2);
  await endInterview(page);
  await page.getByRole("heading", { name: "Report: Backend engineer" }).waitFor();
  await page.getByRole("button", { name: /^Question 1:/ }).click();
  assert.match(await page.evaluate(() => document.activeElement?.id ?? ""), /^turn-\d+$/);
  const [markdown] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download Markdown" }).click(),
  ]);
  const text = readFileSync(await markdown.path(), "utf8");
  assert.ok(text.includes(ANSWER) && text.includes("## Transcript"));
  const [json] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download JSON" }).click(),
  ]);
  const report = JSON.parse(readFileSync(await json.path(), "utf8"));
  assert.equal(report.transcript.filter((turn) => turn.message === ANSWER).length, 1);
  await page.getByRole("link", { name: "History" }).click();
  await page.getByRole("link", { name: "See report on Backend engineer" }).waitFor();
});

test("a report on paper is whole: nothing folded, no buttons, and every quote", async () => {
  const page = await app.newPage({ colorScheme: "dark" });
  await startInterview(page, app.url);
  await answerQuestion(page);
  await endInterview(page);
  await page.getByRole("heading", { name: "What to read next" }).waitFor();
  const isShown = () => page.evaluate(() => document.querySelector("details > div").checkVisibility());
  assert.equal(await isShown(), false, "folded on the screen");
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  assert.equal(await isShown(), true);
  for (const button of await page.getByRole("button").all()) assert.equal(await button.isVisible(), false);
  assert.equal(await page.getByText("Sign in").isVisible(), false);
  const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(background, "rgb(255, 255, 255)");
  await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  await page.emulateMedia({ media: "screen" });
  assert.equal(await isShown(), false, "folded again");
});

test("a reload in the middle of a turn, and another tab, show the same conversation", async () => {
  const page = await app.newPage();
  await startInterview(page, app.url);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await waitForIntroduction(other);
  await sendAnswer(page, ANSWER);
  await page.reload();
  await message(page, ANSWER).waitFor();
  for (const tab of [page, other]) {
    await waitForReplies(tab, 2);
    assert.equal(await candidateMessages(tab).count(), 1);
  }
});

test("an unsent draft survives a reload, but not a sign-out", async () => {
  const page = await app.newPage();
  await startInterview(page, app.url);
  await signUp(page);
  await page.getByLabel("Your answer").fill("Half a thought");
  await page.reload();
  await waitForIntroduction(page);
  assert.equal(await page.getByLabel("Your answer").inputValue(), "Half a thought");
  const storedDrafts = () => page.evaluate(() => Object.keys(localStorage).filter((name) => name.includes("draft")));
  assert.equal((await storedDrafts()).length, 1);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "We can’t show this interview" }).waitFor();
  assert.deepEqual(await storedDrafts(), []);
});

test("a reader who has scrolled up is not pulled down by new messages", async () => {
  const page = await app.newPage({ viewport: { width: 1000, height: 500 } });
  await startInterview(page, app.url);
  for (let count = 0; count < 2; count++) await answerQuestion(page);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await waitForIntroduction(other);
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.waitForFunction(() => window.scrollY === 0);
  await answerQuestion(other);
  await waitForReplies(page, 4);
  assert.equal(await page.evaluate(() => window.scrollY), 0);
  await answerQuestion(page);
  assert.notEqual(await page.evaluate(() => window.scrollY), 0, "an own message leads to the end");
});

test("a message waits while the network is down, and is sent once when it is back", async () => {
  const page = await app.newPage();
  await startInterview(page, app.url);
  await page.context().setOffline(true);
  await page.getByText("You’re offline").waitFor();
  await sendAnswer(page, ANSWER);
  await page.getByRole("button", { name: "Try now" }).waitFor();
  await page.context().setOffline(false);
  await waitForReplies(page, 2);
  assert.equal(await page.getByText("You’re offline").isVisible(), false);
  assert.equal(await candidateMessages(page).count(), 1);
});

test("an expired token is refreshed once for two tabs, and nothing is lost", async () => {
  const page = await app.newPage();
  await startInterview(page, app.url);
  await signUp(page);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await waitForIntroduction(other);
  await page.getByLabel("Your answer").fill("Half a thought");
  const refreshes = [];
  page.context().on("request", (request) => {
    if (request.url().endsWith("/auth/refresh")) refreshes.push(request);
  });
  await page.evaluate(() => {
    const [head, payload, tail] = localStorage.getItem("ai_interviewer_access_token").split(".");
    const claims = JSON.parse(atob(payload.replace(/-/g, "+").replace(/_/g, "/")));
    const expired = btoa(JSON.stringify({ ...claims, exp: 1 }))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=/g, "");
    localStorage.setItem("ai_interviewer_access_token", [head, expired, tail].join("."));
  });
  await Promise.all([page.reload(), other.reload()]);
  await waitForIntroduction(page);
  assert.equal(await page.getByLabel("Your answer").inputValue(), "Half a thought");
  await answerQuestion(page);
  await message(other, ANSWER).waitFor();
  assert.equal(refreshes.length, 1);
});

test("a server that is killed in the middle of a turn answers it once when it is back", async () => {
  const page = await app.newPage();
  await startInterview(page, app.url);
  await sendAnswer(page, ANSWER);
  // Known to the service, not answered yet.
  await page.locator(".animate-pulse").waitFor();
  await app.service.kill();
  await page.getByRole("button", { name: "Try now" }).waitFor();
  await app.service.run();
  await waitForReplies(page, 2, 60_000);
  assert.equal(await candidateMessages(page).count(), 1);
  assert.equal(await message(page, ANSWER).count(), 1);
});

test("a résumé that is dropped is read, and a set-up interview begins", async () => {
  const page = await app.newPage();
  await page.goto(`${app.url}/setup`);
  await page.getByRole("combobox", { name: "Role" }).fill("Gardener");
  const dropped = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(["Ada Lovelace, gardener since 2015."], "cv.txt", { type: "text/plain" }));
    return transfer;
  });
  await page.getByLabel("CV or résumé").dispatchEvent("drop", { dataTransfer: dropped });
  await page.getByText("cv.txt: 34 characters read").waitFor();
  assert.equal(await page.getByLabel("CV or résumé").inputValue(), "Ada Lovelace, gardener since 2015.");
  await page.getByLabel("CV file").setInputFiles({
    name: "picture.png",
    mimeType: "image/png",
    buffer: Buffer.from("\x89PNG\r\n\x1a\n"),
  });
  await page.getByRole("alert").waitFor();
  assert.equal(await page.getByLabel("CV or résumé").inputValue(), "Ada Lovelace, gardener since 2015.");
  await page.getByLabel("Feedback").selectOption("realistic");
  await page.getByRole("button", { name: "Start interview" }).click();
  await page
    .getByText(/practise for the position of Gardener/)
    .first()
    .waitFor();
  await answerQuestion(page);
  assert.equal(await page.getByText("What to change").count(), 0, "held back until the end");
  await endInterview(page);
  await page.locator("summary", { hasText: "Feedback" }).waitFor();
});

test("an interview is started over, in every tab that shows it", async () => {
  const page = await app.newPage();
  await startInterview(page, app.url);
  await answerQuestion(page);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await message(other, ANSWER).waitFor();
  await page.getByRole("button", { name: "End", exact: true }).click();
  await page.getByRole("button", { name: "Delete answers and restart" }).click();
  // What lies behind a dialog is hidden from roles.
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  for (const tab of [page, other]) {
    await message(tab, ANSWER).waitFor({ state: "detached" });
    await waitForIntroduction(tab);
    assert.equal(await interviewerMessages(tab).count(), 1);
  }
  await answerQuestion(page, "Another beginning: we measured first.");
  assert.equal(await candidateMessages(page).count(), 1);
});

test("an interview that was left in the middle is offered on the first page", async () => {
  const page = await app.newPage();
  await startInterview(page, app.url, "Nurse");
  await page.goto(app.url);
  await page.getByRole("link", { name: "Continue your Nurse interview" }).click();
  await waitForIntroduction(page);
  assert.equal(await interviewerMessages(page).count(), 1);
});
