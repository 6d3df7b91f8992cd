// A sign-in that ends in the middle of an interview: nothing that is on the page or was written is lost.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ANSWER,
  PASSWORD,
  answerQuestion,
  candidateMessages,
  message,
  sendAnswer,
  signIn,
  signUp,
  startInterview,
  waitForReplies,
} from "./actions.mjs";
import { checkAccessibility } from "./accessibility.mjs";
import { testApp } from "./app.mjs";

const app = testApp();
const LATER = "Later I led a second team of three, and we halved the time of a release from ten days to five.";

/** Revokes the refresh token, as the user can from another device, and lets the access token run out. */
const endSignIn = (page) =>
  page.evaluate(async () => {
    const name = "ai_interviewer_access_token";
    const token = localStorage.getItem(name);
    const answer = await fetch("/auth/logout", { method: "POST", headers: { authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new Error(`the token was not revoked: ${answer.status}`);
    const [head, payload, tail] = token.split(".");
    const claims = JSON.parse(atob(payload.replace(/-/g, "+").replace(/_/g, "/")));
    localStorage.setItem(name, [head, btoa(JSON.stringify({ ...claims, exp: 1 })), tail].join("."));
  });

/** A signed-in user's interview with one answer, whose sign-in has ended when the second is sent. */
async function signedOutInterview() {
  const page = await app.newPage();
  await startInterview(page, app.url);
  const email = await signUp(page);
  await answerQuestion(page);
  await endSignIn(page);
  await sendAnswer(page, LATER);
  await page.getByRole("alert").getByText("You’re signed out").waitFor();
  return { page, email };
}

const signInFromBanner = async (page, email) => {
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  assert.equal(await page.getByLabel("E-mail address").inputValue(), email, "known, so it need not be typed");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("dialog").getByRole("button", { name: "Sign in" }).click();
};

test("an interview stays on the page while its user is signed out, and the sign-in sends what was kept", async () => {
  const { page, email } = await signedOutInterview();
  await message(page, ANSWER).waitFor();
  await message(page, LATER).waitFor();
  await page.getByRole("heading", { name: "Backend engineer" }).waitFor();
  await checkAccessibility(page);
  let isReloaded = false;
  page.on("domcontentloaded", () => (isReloaded = true));
  await signInFromBanner(page, email);
  await waitForReplies(page, 3);
  assert.equal(await page.getByText("You’re signed out").count(), 0);
  assert.equal(await candidateMessages(page).count(), 2);
  assert.equal(isReloaded, false);
  await answerQuestion(page, `${LATER} Again.`);
});

test("a reload while signed out keeps the message, and asks for the sign-in", async () => {
  const { page, email } = await signedOutInterview();
  await page.reload();
  await page.getByRole("alert").getByText("You’re signed out").waitFor();
  await signInFromBanner(page, email);
  await message(page, LATER).waitFor();
  await waitForReplies(page, 3);
  assert.equal(await candidateMessages(page).count(), 2);
});

test("another user who signs in is told that the interview is not theirs, and its owner finds it whole", async () => {
  const { page, email } = await signedOutInterview();
  const owner = await app.newPage();
  await owner.goto(app.url);
  const otherEmail = await signUp(owner);
  await owner.context().close();
  await signIn(page, otherEmail);
  await page.getByText("This interview belongs to another account").waitFor();
  assert.equal(await page.getByText(ANSWER).count(), 0);
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("dialog").getByRole("button", { name: "Sign in" }).click();
  await waitForReplies(page, 3);
  assert.equal(await message(page, LATER).count(), 1);
});

test("whoever else uses the browser can have the lapsed user removed from it", async () => {
  const { page, email } = await signedOutInterview();
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  const address = page.getByLabel("E-mail address");
  assert.equal(await address.inputValue(), email);
  const forget = page.getByRole("button", { name: "Not you? Remove what is saved here" });
  await checkAccessibility(page);
  await forget.click();
  await forget.waitFor({ state: "detached" });
  assert.equal(await address.inputValue(), "");
  const stored = await page.evaluate(() => JSON.stringify(Object.entries({ ...localStorage, ...sessionStorage })));
  for (const theirs of [email, LATER]) assert.ok(!stored.includes(theirs), stored);
  await page.keyboard.press("Escape");
  await page.getByText(ANSWER).waitFor({ state: "detached" });
  assert.equal(await page.getByText(LATER).count(), 0);
  await page.getByRole("link", { name: "AI Interviewer" }).click();
  await startInterview(page, app.url, "Nurse");
});

test("a guest's interview goes on after a sign-in has ended", async () => {
  const { page } = await signedOutInterview();
  await startInterview(page, app.url, "Nurse");
  await answerQuestion(page);
  assert.equal(await page.getByText("You’re signed out").count(), 0);
});
