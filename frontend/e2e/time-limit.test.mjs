// An interview with a time limit of one minute, from its start to its end.
import assert from "node:assert/strict";
import { test } from "node:test";

import { answerQuestion, waitForIntroduction } from "./actions.mjs";
import { testApp } from "./app.mjs";

const app = testApp();

test("the countdown warns, survives a reload, and the answer after its end is the last", async () => {
  const page = await app.newPage();
  await page.goto(`${app.url}/setup`);
  await page.getByRole("combobox", { name: "Role" }).fill("Gardener");
  await page.getByLabel("Length").selectOption("time");
  await page.getByLabel("Minutes").fill("1");
  await page.getByRole("button", { name: "Start interview" }).click();
  await waitForIntroduction(page);
  await page.getByRole("alert").getByText("Less than 90 seconds left.").waitFor();
  await answerQuestion(page);
  assert.equal(await page.getByText("Well done").count(), 0);
  await page.getByRole("alert").getByText("Less than 30 seconds left.").waitFor({ timeout: 60_000 });
  await page.reload();
  await page.getByRole("alert").getByText("Less than 30 seconds left.").waitFor();
  await page.getByRole("alert").getByText("Time’s up.").waitFor({ timeout: 60_000 });
  await answerQuestion(page, "That is all I have to say: we shipped it in March, and it paid for itself.");
  await page.getByText("Well done").waitFor();
  await page.getByRole("button", { name: "Get my report" }).click();
  await page.getByRole("heading", { name: "Transcript" }).waitFor();
});
