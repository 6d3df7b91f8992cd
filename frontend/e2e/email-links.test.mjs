// Confirming an address and resetting a password, by the links in GoTrue's e-mails.
import assert from "node:assert/strict";
import { test } from "node:test";

import { PASSWORD, startInterview } from "./actions.mjs";
import { testApp } from "./app.mjs";

const app = testApp({ options: ["--confirm-email"] });

/** The link in the latest e-mail to an address. */
async function emailLink(to, kind) {
  for (let count = 0; count < 100; count++) {
    const mails = await (await fetch(`${app.service.gateway}/dev/mail`)).json();
    const mail = mails.findLast((one) => one.to === to && one.kind === kind);
    if (mail) return mail.link;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no ${kind} mail came`);
}

test("a guest confirms an address by its link and finds the interview in the account; later sets a new password", async () => {
  const page = await app.newPage();
  const email = `mail-${crypto.randomUUID()}@example.com`;
  await startInterview(page, app.url, "Nurse");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("tab", { name: "Create account" }).click();
  await page.getByLabel("Name").fill("Ada");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText(`We sent a link to ${email}`).waitFor();
  await page.goto(await emailLink(email, "signup"));
  await page.getByRole("heading", { name: "You’re signed in" }).waitFor();
  assert.equal(new URL(page.url()).hash, "", "tokens do not stay in the address");
  await page.getByRole("link", { name: "Go to your interviews" }).click();
  await page.getByRole("link", { name: "Continue Nurse" }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();

  await page.getByRole("banner").getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Forgot password?" }).click();
  assert.equal(await page.getByLabel("E-mail address").inputValue(), email, "typed once");
  await page.getByRole("button", { name: "Send link" }).click();
  await page.getByText("the link is on its way").waitFor();
  const recovery = await emailLink(email, "recovery");
  await page.goto(recovery);
  await page.getByLabel("New password").fill("Looking-glass-43");
  await page.getByRole("button", { name: "Save new password" }).click();
  await page.getByText("Password changed.").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("banner").getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("dialog").getByLabel("Password").fill("Looking-glass-43");
  await page.getByRole("dialog").getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Ada" }).waitFor();

  // A link works once.
  await page.goto(recovery);
  await page.getByRole("heading", { name: "This link didn’t work" }).waitFor();
});
