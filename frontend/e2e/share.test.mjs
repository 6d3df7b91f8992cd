// A report behind a link: what its reader sees, and that it ends.
import assert from "node:assert/strict";
import { test } from "node:test";

import { checkAccessibility, checkWidth } from "./accessibility.mjs";
import { ANSWER, answerQuestion, endInterview, signUp, startInterview } from "./actions.mjs";
import { testApp } from "./app.mjs";

const PHONE = { viewport: { width: 390, height: 664 }, hasTouch: true, isMobile: true };
const app = testApp();

/** Creates a link in the open dialog. */
async function createdLink(page) {
  await page.getByRole("button", { name: "Create link" }).click();
  const link = page.getByLabel("Your link");
  await link.waitFor();
  return link.inputValue();
}

test("a report is read by whoever has its link, until the link is revoked", async () => {
  const page = await app.newPage();
  await page.goto(app.url);
  const email = await signUp(page);
  await startInterview(page, app.url);
  await answerQuestion(page);
  await endInterview(page);
  await page.getByRole("button", { name: "Share by link" }).click();
  await page.getByText("None.", { exact: true }).waitFor();
  await page.getByLabel("Show my answers and their feedback").check();
  await page.getByLabel("Show my name (Ada)").check();
  await page.getByLabel("Link expires after").selectOption("7 days");
  const link = await createdLink(page);
  await page.waitForFunction(() => document.activeElement?.textContent === "Copy link");
  await checkAccessibility(page);

  const reader = await app.newPage(PHONE);
  await reader.goto(link);
  await reader.getByRole("heading", { name: "Report: Backend engineer" }).waitFor();
  await reader.getByText("Ada").waitFor();
  await reader.getByText(ANSWER).filter({ visible: true }).first().waitFor();
  assert.equal(await reader.getByText(email).count(), 0);
  assert.equal(await reader.getByRole("button", { name: /try this question again|share/i }).count(), 0);
  await checkAccessibility(reader);
  await checkWidth(reader, "the shared report");

  await page.getByRole("button", { name: /^Revoke the link/ }).click();
  await page.getByText("None.", { exact: true }).waitFor();
  await reader.reload();
  await reader.getByRole("heading", { name: "This link doesn’t work any more" }).waitFor();
});

test("a link shows no answers and no name unless they were chosen", async () => {
  const page = await app.newPage();
  await page.goto(app.url);
  await signUp(page);
  await startInterview(page, app.url);
  await answerQuestion(page);
  await endInterview(page);
  await page.getByRole("button", { name: "Share by link" }).click();
  const link = await createdLink(page);
  const reader = await app.newPage();
  await reader.goto(link);
  await reader.getByRole("heading", { name: "Report: Backend engineer" }).waitFor();
  const text = await reader.locator("main").innerText();
  assert.ok(!text.includes(ANSWER.slice(0, 40)) && !text.includes("Ada"), text);
});

test("a guest is told that sharing needs an account", async () => {
  const page = await app.newPage();
  await startInterview(page, app.url);
  await answerQuestion(page);
  await endInterview(page);
  await page.getByRole("button", { name: "Create an account to share it" }).click();
  await page.getByRole("tab", { name: "Create account", selected: true }).waitFor();
});
