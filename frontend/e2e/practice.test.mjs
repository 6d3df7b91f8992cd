// One question: tried again after an interview, or practised without one, and the answers compared.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { checkAccessibility, checkWidth } from "./accessibility.mjs";
import {
  ANSWER,
  answerQuestion,
  endInterview,
  message,
  signUp,
  startInterview,
  waitForIntroduction,
} from "./actions.mjs";
import { testApp } from "./app.mjs";
import { ModelServer } from "./model-server.mjs";

const BETTER = `${ANSWER} First we measured, then I compared two designs, because a rewrite is a risk. Finally 3 of 12 pages a week were left.`;
const PHONE = { viewport: { width: 390, height: 664 }, hasTouch: true, isMobile: true };

const model = await ModelServer.start();
after(() => model.stop());
const scored = testApp({ settings: { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: "none", LLM_MODEL: "stand-in" } });
const offline = testApp();

for (const who of ["guest", "user"]) {
  test(`a ${who} tries a question again from the report and sees what changed`, async () => {
    const page = await scored.newPage(who === "guest" ? PHONE : {});
    await page.goto(scored.url);
    if (who === "user") await signUp(page);
    await startInterview(page, scored.url);
    const question = await page
      .getByRole("list", { name: "Conversation" })
      .locator("p.whitespace-pre-wrap")
      .innerText();
    await answerQuestion(page);
    await endInterview(page);
    await page.getByText("Feedback", { exact: true }).first().click();
    await page.getByRole("button", { name: "Try this question again" }).click();
    await page.getByRole("heading", { name: "Practise one question" }).waitFor();
    await waitForIntroduction(page);
    const again = await page.getByRole("list", { name: "Conversation" }).locator("p.whitespace-pre-wrap").innerText();
    assert.ok(question.endsWith(again), `${question} / ${again}`);
    await answerQuestion(page, BETTER);
    const structure = page.getByRole("row", { name: /^Structure/ });
    await structure.waitFor();
    assert.match(await structure.innerText(), /better|weaker|the same/);
    assert.equal(await page.getByText(/^Attempt \d/).count(), 2);
    await checkAccessibility(page);
    await checkWidth(page, "the practice");
    await page.getByRole("button", { name: "Try once more" }).click();
    await waitForIntroduction(page);
    await answerQuestion(page);
    await page.getByText("Attempt 3").waitFor();
    await page.getByRole("link", { name: "Back to the interview" }).click();
    await page.getByRole("heading", { name: "Transcript" }).waitFor();
    await page.getByRole("link", { name: "History" }).click();
    await page.getByText("One question").first().waitFor();
    await page
      .getByRole("link", { name: /^See attempts at/ })
      .nth(1)
      .waitFor();
    await page.getByRole("link", { name: "Progress" }).click();
    await page.getByText("Finish two interviews with scores").waitFor();
  });
}

test("a question of one's own is practised without an interview, and without a model", async () => {
  const page = await offline.newPage(PHONE);
  await page.goto(offline.url);
  await page.getByRole("link", { name: "Practise one question" }).click();
  await page.getByRole("button", { name: "Answer this question" }).click();
  await page.getByText("Type a question or choose one below.").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "TEXTAREA", "where the question belongs");
  await page.getByRole("button", { name: "Tell me about yourself." }).click();
  await page.getByLabel("Question").fill("What did you build last year?");
  await checkAccessibility(page);
  await checkWidth(page, "the form");
  await page.getByRole("button", { name: "Answer this question" }).click();
  await waitForIntroduction(page);
  await message(page, "What did you build last year?").waitFor();
  await answerQuestion(page, "fine");
  await page.getByText("This is your only attempt so far.").waitFor();
  await page.getByRole("button", { name: "Try once more" }).click();
  await waitForIntroduction(page);
  await answerQuestion(page, BETTER);
  await page.getByRole("row", { name: /^A result/ }).waitFor();
  await page.getByText("Attempt 2").click();
  await page.getByText(BETTER).last().waitFor();
});
