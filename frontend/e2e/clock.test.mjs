// An interview of one minute by the service's clock, from beginning to end.
import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, introduced } from "./candidate.mjs";
import { staged } from "./stage.mjs";

const stage = staged();

test("the clock warns, survives a reload, and the answer after it is up is the last", async () => {
  const page = await stage.visitor();
  await page.goto(`${stage.url}/setup`);
  await page.getByLabel("Role", { exact: true }).fill("Gardener");
  await page.getByLabel("It ends after").selectOption("time");
  await page.getByLabel("Minutes").fill("1");
  await page.getByRole("button", { name: "Start the interview" }).click();
  await introduced(page);
  await page.getByRole("alert").getByText("Less than 90 seconds left.").waitFor();
  await answer(page);
  assert.equal(await page.getByText("The interview is over.").count(), 0);
  await page.getByRole("alert").getByText("Less than 30 seconds left.").waitFor({ timeout: 60_000 });
  await page.reload();
  await page.getByRole("alert").getByText("Less than 30 seconds left.").waitFor();
  await page.getByRole("alert").getByText("The time is up.").waitFor({ timeout: 60_000 });
  await answer(page, "That is all I have to say: we shipped it in March, and it paid for itself.");
  await page.getByText("The interview is over.").waitFor();
  await page.getByRole("button", { name: "End and see the report" }).click();
  await page.getByRole("heading", { name: "Strengths" }).waitFor();
});
