// What is on the page stays where it is while the interviewer's words come in.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { answerQuestion, message, sendAnswer, startInterview, waitForReplies } from "./actions.mjs";
import { ModelServer } from "./model-server.mjs";
import { testApp } from "./app.mjs";

const model = await ModelServer.start();
after(() => model.stop());
const app = testApp({ settings: { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: "none", LLM_MODEL: "stand-in" } });

for (const [name, viewport] of [
  ["a phone", { width: 390, height: 664 }],
  ["a phone with its keyboard", { width: 390, height: 360 }],
  ["a laptop", { width: 1366, height: 860 }],
  ["a laptop at 400 %", { width: 341, height: 215 }],
]) {
  test(`nothing moves on ${name} while a reply is streamed`, async () => {
    model.wordDelay = 0;
    const page = await app.newPage({ viewport });
    await startInterview(page, app.url);
    await answerQuestion(page);
    model.wordDelay = 60;
    await sendAnswer(page, "We measured for a week, and then we wrote down what had to change.");
    await message(page, /^That is/)
      .nth(1)
      .waitFor();
    await page.evaluate(() => {
      window.shifts = [];
      new PerformanceObserver((list) => {
        if (!document.querySelector(".animate-pulse")) return;
        for (const { value, sources } of list.getEntries()) {
          window.shifts.push([value, sources.map(({ node }) => node?.outerHTML?.slice(0, 80))]);
        }
      }).observe({ type: "layout-shift" });
    });
    await waitForReplies(page, 3);
    const shifts = await page.evaluate(() => window.shifts);
    assert.deepEqual(shifts, []);
  });
}
