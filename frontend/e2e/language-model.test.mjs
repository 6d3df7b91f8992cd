// An interview with a language model that streams its words, and sometimes fails.
import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";

import {
  ANSWER,
  answerQuestion,
  candidateMessages,
  endInterview,
  interviewerMessages,
  message,
  sendAnswer,
  waitForReplies,
} from "./actions.mjs";
import { ModelServer, QUESTION } from "./model-server.mjs";
import { testApp } from "./app.mjs";

const model = await ModelServer.start();
after(() => model.stop());
const app = testApp({ settings: { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: "none", LLM_MODEL: "stand-in" } });
afterEach(() => {
  model.failing.clear();
  model.wordDelay = 0;
});

async function startInterview(page) {
  await page.goto(app.url);
  await page.getByRole("button", { name: /Backend engineer/ }).click();
  await message(page, /^Hello and welcome/).waitFor();
  await waitForReplies(page, 1);
}

test("words are shown as they are streamed, nothing moves meanwhile, and screen readers hear whole sentences", async () => {
  const page = await app.newPage({ viewport: { width: 900, height: 600 } });
  await startInterview(page);
  await answerQuestion(page);
  await page.evaluate(() => {
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts.push(entry.value);
    }).observe({ type: "layout-shift" });
    window.announced = new Set();
    const region = document.querySelector('p[aria-live="polite"]');
    new MutationObserver(() => {
      for (const span of region.querySelectorAll("span")) window.announced.add(span.textContent.trim());
    }).observe(region, { childList: true, subtree: true, characterData: true });
    window.seen = [];
    new MutationObserver(() => {
      const line = document.querySelector(".animate-pulse")?.closest("div")?.lastElementChild;
      if (line) window.seen.push(line.textContent);
    }).observe(document.querySelector("ol"), { childList: true, subtree: true, characterData: true });
  });
  model.wordDelay = 40;
  await sendAnswer(page, "We measured before and after, and it paid for itself within a month.");
  await waitForReplies(page, 3);
  const { seen, shifts, announced } = await page.evaluate(() => ({
    seen: [...new Set(window.seen)],
    shifts: window.shifts,
    announced: [...window.announced],
  }));
  const parts = seen.filter((text) => text.length > 0 && text.length < QUESTION.length);
  assert.ok(parts.length > 5, `${parts.length} states between the first word and the last`);
  for (const part of parts) assert.ok(QUESTION.startsWith(part), part);
  // "Good" is below 0.1 (https://web.dev/articles/cls); what is said pushes nothing at all.
  const shifted = shifts.reduce((sum, one) => sum + one, 0);
  assert.ok(shifted < 0.01, `the page moved by ${shifted}`);
  for (const sentence of announced) {
    assert.ok(sentence === "Interviewer:" || /[.?!]$/.test(sentence), `half a sentence is announced: ${sentence}`);
  }
});

test("feedback that failed is retried on demand", async () => {
  const page = await app.newPage();
  model.failing.add("feedback");
  await startInterview(page);
  await answerQuestion(page);
  await page.getByText("We couldn’t review this answer.").waitFor();
  model.failing.clear();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("What to change: Name the result.").waitFor();
  await page.getByText("Why these scores").click();
  await page.getByText("“In 2024 I led”").first().waitFor();
});

test("a part of the report that failed is retried on demand, the others stand", async () => {
  const page = await app.newPage();
  model.failing.add("report");
  await startInterview(page);
  await answerQuestion(page);
  await page.getByText("What to change").waitFor();
  await page.getByRole("button", { name: "End", exact: true }).click();
  await page.getByRole("button", { name: "End and get report" }).click();
  await page.getByText("We couldn’t write this part.").waitFor();
  await page.getByRole("row", { name: /Structure/ }).waitFor();
  model.failing.clear();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { name: "Strengths" }).waitFor();
  assert.equal(await page.getByText("We couldn’t write this part.").count(), 0);
});

test("a reply that failed is retried on demand and answers the same message once", async () => {
  const page = await app.newPage();
  await startInterview(page);
  model.failing.add("decision").add("line");
  await sendAnswer(page, ANSWER);
  await page.getByRole("button", { name: /^Try (now|again)$/ }).waitFor();
  await message(page, ANSWER).waitFor();
  model.failing.clear();
  await page.getByRole("button", { name: /^Try (now|again)$/ }).click();
  await waitForReplies(page, 2);
  assert.equal(await candidateMessages(page).count(), 1);
  await endInterview(page);
});

test("an introduction that failed is asked for again on demand", async () => {
  const page = await app.newPage();
  model.failing.add("line");
  await page.goto(app.url);
  await page.getByRole("button", { name: /Nurse/ }).click();
  await page.getByRole("button", { name: /^Try (now|again)$/ }).waitFor();
  model.failing.clear();
  await page.getByRole("button", { name: /^Try (now|again)$/ }).click();
  await message(page, /^Hello and welcome/).waitFor();
  await waitForReplies(page, 1);
  assert.equal(await interviewerMessages(page).count(), 1);
  assert.equal(await page.getByRole("button", { name: /^Try/ }).count(), 0);
});

test("a reply that is stopped keeps its words, and the interview goes on", async () => {
  const page = await app.newPage();
  await startInterview(page);
  model.wordDelay = 200;
  await sendAnswer(page, ANSWER);
  await message(page, /^That is a bold/).waitFor();
  await page.getByRole("button", { name: "Stop the interviewer" }).click();
  await waitForReplies(page, 2);
  model.wordDelay = 0;
  const kept = await message(page, /^That is a bold/).innerText();
  assert.ok(QUESTION.startsWith(kept) && kept.length < QUESTION.length, kept);
  await answerQuestion(page, "Let me add to this: we measured first.");
  assert.equal(await candidateMessages(page).count(), 2);
});
