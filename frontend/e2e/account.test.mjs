// An account from its creation to its deletion, and links that have expired.
import assert from "node:assert/strict";
import { test } from "node:test";

import { PASSWORD, answerQuestion, endInterview, signIn, signUp, startInterview } from "./actions.mjs";
import { testApp } from "./app.mjs";

const app = testApp();

test("signing in and out, a new name, and an account that is deleted with everything it owns", async () => {
  const page = await app.newPage();
  await startInterview(page, app.url);
  const email = await signUp(page);
  await answerQuestion(page);
  await endInterview(page);
  const report = page.url();
  await page.getByRole("link", { name: "Ada" }).click();
  await page.getByLabel("Name").fill("Grace");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("link", { name: "Grace" }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await signIn(page, email, "not the password");
  await page.getByRole("alert").getByText("wrong").waitFor();
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("dialog").getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Grace" }).click();
  await page.getByRole("button", { name: "Delete my account" }).click();
  await page.getByLabel(`Type ${email} to confirm`).fill(email);
  await page.getByRole("button", { name: "Delete everything" }).click();
  await page.getByRole("heading", { name: /Practise the interview/ }).waitFor();
  assert.deepEqual(
    await page.evaluate(() => Object.keys(localStorage).filter((name) => !name.endsWith("theme"))),
    [],
    "nothing of it stays in the browser",
  );
  await page.goto(report);
  await page.getByRole("heading", { name: "We can’t show this report" }).waitFor();
  await signIn(page, email);
  await page.getByRole("alert").getByText("wrong").waitFor();
});

test("nothing of one user is shown to the next one in the same browser", async () => {
  const page = await app.newPage();
  await startInterview(page, app.url);
  await signUp(page);
  const hers = page.url();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.goto(app.url);
  await signUp(page);
  // Another interview, at the same version as hers was.
  await startInterview(page, app.url, "Nurse");
  await page.goto(`${app.url}/history`);
  await page.getByRole("link", { name: "Continue Nurse" }).waitFor();
  assert.equal(await page.getByText("Backend engineer").count(), 0);
  await page.goto(hers);
  await page.getByRole("heading", { name: "We can’t show this interview" }).waitFor();
});

test("an expired link says so, and leaves nothing in the address", async () => {
  const page = await app.newPage();
  await page.goto(`${app.url}/#error=access_denied&error_description=Email+link+is+invalid+or+has+expired`);
  await page.getByRole("alert").getByText("expired").waitFor();
  assert.equal(new URL(page.url()).hash, "");
});
