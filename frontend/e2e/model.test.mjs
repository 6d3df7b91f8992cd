// An interview with a language model that speaks word by word, and fails.
import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";

import { ANSWER, answer, answers, end, lines, said, send, whole } from "./candidate.mjs";
import { Model, QUESTION } from "./model.mjs";
import { staged } from "./stage.mjs";

const model = await Model.start();
after(() => model.stop());
const stage = staged({ settings: { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: "none", LLM_MODEL: "stand-in" } });
afterEach(() => {
  model.failing.clear();
  model.pace = 0;
});

async function begin(page) {
  await page.goto(stage.url);
  await page.getByRole("button", { name: /Backend engineer/ }).click();
  await said(page, /^Hello and welcome/).waitFor();
  await whole(page, 1);
}

test("words are shown as they are said, nothing moves meanwhile, and a screen reader is told whole sentences", async () => {
  const page = await stage.visitor({ viewport: { width: 900, height: 600 } });
  await begin(page);
  await answer(page);
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
      const line = document.querySelector(".animate-pulse")?.parentElement;
      if (line) window.seen.push(line.firstChild?.textContent ?? "");
    }).observe(document.querySelector("ol"), { childList: true, subtree: true, characterData: true });
  });
  model.pace = 40;
  await send(page, "We measured before and after, and it paid for itself within a month.");
  await whole(page, 3);
  const { seen, shifts, announced } = await page.evaluate(() => ({
    seen: [...new Set(window.seen)].filter((text) => text !== "▍"),
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

test("what the coach could not judge is judged when asked again", async () => {
  const page = await stage.visitor();
  model.failing.add("feedback");
  await begin(page);
  await answer(page);
  await page.getByText("The coach could not judge this answer.").waitFor();
  model.failing.clear();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("Coach's feedback").click();
  await page.getByText("Name the result.").waitFor();
  await page.getByText("Why these scores").click();
  await page.getByText("“In 2024 I led”").first().waitFor();
});

test("a part of the report that failed is written when asked again, the others stand", async () => {
  const page = await stage.visitor();
  model.failing.add("report");
  await begin(page);
  await answer(page);
  await page.getByText("Coach's feedback").waitFor();
  await page.getByRole("button", { name: "End", exact: true }).click();
  await page.getByRole("button", { name: "End it" }).click();
  await page.getByText("This part could not be written.").waitFor();
  await page.getByRole("row", { name: /Structure/ }).waitFor();
  model.failing.clear();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { name: "Strengths" }).waitFor();
  assert.equal(await page.getByText("This part could not be written.").count(), 0);
});

test("an interviewer that fails says so, and answers the same message when it is back", async () => {
  const page = await stage.visitor();
  await begin(page);
  model.failing.add("decision").add("line");
  await send(page, ANSWER);
  await page.getByRole("button", { name: "Send now" }).waitFor();
  await said(page, ANSWER).waitFor();
  model.failing.clear();
  await page.getByRole("button", { name: "Send now" }).click();
  await whole(page, 2);
  assert.equal(await answers(page).count(), 1);
  await end(page);
});

test("an interview whose first line fails begins when the model is back", async () => {
  const page = await stage.visitor();
  model.failing.add("line");
  await page.goto(stage.url);
  await page.getByRole("button", { name: /Nurse/ }).click();
  await page.getByText("Trying again…").waitFor();
  model.failing.clear();
  await said(page, /^Hello and welcome/).waitFor();
  await whole(page, 1);
  assert.equal(await lines(page).count(), 1);
  assert.equal(await page.getByText("Trying again…").count(), 0);
});

test("an interviewer that is stopped keeps what was said, and the interview goes on", async () => {
  const page = await stage.visitor();
  await begin(page);
  model.pace = 200;
  await send(page, ANSWER);
  await said(page, /^That is a bold/).waitFor();
  await page.getByRole("button", { name: "Stop the interviewer" }).click();
  await whole(page, 2);
  model.pace = 0;
  const kept = await said(page, /^That is a bold/).innerText();
  assert.ok(QUESTION.startsWith(kept) && kept.length < QUESTION.length, kept);
  await answer(page, "Let me add to this: we measured first.");
  assert.equal(await answers(page).count(), 2);
});
