// The list of interviews: search, filters, comparison, progress, deletion.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { ANSWER, answerQuestion, endInterview, signUp, startInterview, waitForIntroduction } from "./actions.mjs";
import { ModelServer } from "./model-server.mjs";
import { testApp } from "./app.mjs";

const BETTER = `${ANSWER} First we measured, then I compared two designs, because a rewrite is a risk. Finally 3 of 12 pages a week were left.`;

// The coach without a model gives no scores that could be compared.
const model = await ModelServer.start();
after(() => model.stop());
const app = testApp({ settings: { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: "none", LLM_MODEL: "stand-in" } });

/** Two attempts at one role, the second one better. */
async function twoAttempts(page) {
  await startInterview(page, app.url);
  await answerQuestion(page);
  await endInterview(page);
  await page.getByRole("button", { name: "Practise this again" }).click();
  await waitForIntroduction(page);
  await answerQuestion(page, BETTER);
  await endInterview(page);
}

for (const who of ["guest", "user"]) {
  test(`a ${who} compares two attempts and sees how each dimension went`, async () => {
    const page = await app.newPage();
    if (who === "user") {
      await page.goto(app.url);
      await signUp(page);
    }
    await twoAttempts(page);
    const requests = [];
    await page.getByRole("link", { name: "History" }).click();
    await page.getByText("2 interviews").waitFor();
    page.on("request", (request) => {
      if (request.url().includes("/agent/")) requests.push(new URL(request.url()).pathname);
    });
    await page.getByRole("link", { name: "Progress" }).click();
    await page.getByRole("row", { name: /^Overall/ }).waitFor();
    const [first, now, change] = await page
      .getByRole("row", { name: /^Overall/ })
      .getByRole("cell")
      .allTextContents();
    assert.ok(Number(now) > Number(first), `${first} → ${now}`);
    assert.equal(Number(change), Math.round((Number(now) - Number(first)) * 10) / 10);
    const structure = await page.locator("figure", { hasText: "Structure" }).innerText();
    assert.match(structure, /\d → \d of 5/);
    if (who === "user") assert.deepEqual(requests, ["/agent/sessions"], "one request, whatever there is");
    await page.getByLabel("First").selectOption({ index: 1 });
    const same = await page
      .getByRole("row", { name: /^Overall/ })
      .getByRole("cell")
      .allTextContents();
    assert.deepEqual(same, [now, now, "0"]);
  });
}

test("the list can be searched and filtered, says when nothing matches, and loses what is deleted", async () => {
  const page = await app.newPage();
  await page.goto(`${app.url}/history`);
  await page.getByText("No interviews yet.").waitFor();
  await page.goto(app.url);
  await signUp(page);
  for (const sample of ["Nurse", "Product manager"]) await startInterview(page, app.url, sample);
  await startInterview(page, app.url, "Backend engineer");
  await endInterview(page);
  await page.getByRole("link", { name: "History" }).click();
  await page.getByText("3 interviews").waitFor();
  await page.getByLabel("Search by role or company").fill("MANAGER");
  await page.getByText("1 interview", { exact: true }).waitFor();
  await page.getByRole("heading", { name: "Product manager" }).waitFor();
  await page.getByLabel("Search by role or company").fill("100% (nobody)");
  await page.getByText("No matches.").waitFor();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.getByText("3 interviews").waitFor();
  await page.getByLabel("Status").selectOption("Finished");
  await page.getByText("1 interview", { exact: true }).waitFor();
  await page.getByRole("link", { name: "See report on Backend engineer" }).waitFor();
  await page.getByLabel("Status").selectOption("In progress");
  await page.getByText("2 interviews").waitFor();
  await page.getByRole("button", { name: "Delete Nurse" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Delete Nurse" }).click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByText("1 interview", { exact: true }).waitFor();
  await page.reload();
  await page.getByText("2 interviews").waitFor();
  assert.equal(await page.getByText("Nurse").count(), 0);
});
