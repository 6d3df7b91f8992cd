// A model that fails for good: nothing is asked again without the user, and nothing that was written is lost.
import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";

import { ANSWER, candidateMessages, message, sendAnswer, waitForReplies } from "./actions.mjs";
import { ModelServer } from "./model-server.mjs";
import { testApp } from "./app.mjs";

const model = await ModelServer.start();
model.refusal = {
  status: 404,
  error: { message: "The model `stand-in` does not exist", type: "invalid_request_error", code: "model_not_found" },
};
after(() => model.stop());
const app = testApp({ settings: { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: "none", LLM_MODEL: "stand-in" } });
afterEach(() => model.failing.clear());

const tryAgain = (page) => page.getByRole("button", { name: "Try again", exact: true });

/** Lets five minutes pass on the page, step by step, so that every timer fires and every request it makes is answered. */
async function passFiveMinutes(page) {
  for (let count = 0; count < 30; count++) {
    await page.clock.runFor(10_000);
    await page.waitForTimeout(20);
  }
}

/** Lets time pass until the page has given up. */
async function waitUntilStopped(page) {
  for (let count = 0; (await tryAgain(page).count()) === 0; count++) {
    assert.ok(count < 100, "the page never gives up");
    await page.clock.runFor(5_000);
    await page.waitForTimeout(100);
  }
}

test("an introduction that fails for good is asked for again by the user alone", async () => {
  const page = await app.newPage();
  await page.clock.install();
  model.failing.add("line");
  await page.goto(app.url);
  await page.getByRole("button", { name: /Backend engineer/ }).click();
  await waitUntilStopped(page);
  const asked = model.requests;
  await passFiveMinutes(page);
  assert.equal(model.requests, asked, "an idle page costs nothing");
  model.failing.clear();
  await tryAgain(page).click();
  await message(page, /^Hello and welcome/).waitFor();
});

test("a reply that fails for good is asked for again by the user alone, and answers the same message once", async () => {
  const page = await app.newPage();
  await page.clock.install();
  await page.goto(app.url);
  await page.getByRole("button", { name: /Backend engineer/ }).click();
  await message(page, /^Hello and welcome/).waitFor();
  await waitForReplies(page, 1);
  for (const purpose of ["decision", "line", "feedback"]) model.failing.add(purpose);
  await sendAnswer(page, ANSWER);
  await waitUntilStopped(page);
  await message(page, ANSWER).waitFor();
  await page.getByText("The interviewer’s AI model isn’t working").waitFor();
  await page.getByText("Whoever runs the service").waitFor();
  const asked = model.requests;
  await passFiveMinutes(page);
  assert.equal(model.requests, asked, "an idle page costs nothing");
  model.failing.clear();
  await tryAgain(page).click();
  await waitForReplies(page, 2);
  assert.equal(await candidateMessages(page).count(), 1);
  assert.equal(await page.getByText("The interviewer’s AI model isn’t working").count(), 0);
});

test("a report that fails for good is written again by the user alone", async () => {
  const page = await app.newPage();
  await page.clock.install();
  await page.goto(app.url);
  await page.getByRole("button", { name: /Backend engineer/ }).click();
  await message(page, /^Hello and welcome/).waitFor();
  await waitForReplies(page, 1);
  await sendAnswer(page, ANSWER);
  await waitForReplies(page, 2);
  model.failing.add("report");
  await page.getByRole("button", { name: "End", exact: true }).click();
  await page.getByRole("button", { name: "End and get report" }).click();
  await page.getByText("We couldn’t write this part.").waitFor();
  const asked = model.requests;
  await passFiveMinutes(page);
  assert.equal(model.requests, asked, "an idle page costs nothing");
  model.failing.clear();
  await tryAgain(page).click();
  await page.getByRole("heading", { name: "Strengths" }).waitFor();
});
