// A service that keeps AI and speech for accounts: guests are told so, get the browser's own speech, and more once they
// sign in.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { checkAccessibility } from "./accessibility.mjs";
import { signUp, startInterview } from "./actions.mjs";
import { testApp } from "./app.mjs";
import { ModelServer } from "./model-server.mjs";

const model = await ModelServer.start();
after(() => model.stop());
const app = testApp({
  settings: {
    OPENAI_BASE_URL: model.url,
    OPENAI_API_KEY: "none",
    LLM_MODEL: "stand-in",
    SPEECH_BASE_URL: model.url,
    GUEST_MODELS: "false",
    GUEST_SPEECH: "false",
  },
});

test("a guest is told before an interview that an account brings an AI interviewer", async () => {
  const page = await app.newPage();
  const hint = page.getByText("Without an account: practice mode without AI, in English only. Sign in");
  for (const path of ["/setup", "/practice"]) {
    await page.goto(app.url + path);
    await hint.waitFor();
    await checkAccessibility(page);
  }
  await page.goto(`${app.url}/privacy`);
  await page.getByText("Without an account, you’re in practice mode here.").waitFor();
  await page
    .getByText("Without an account, only your browser’s own voice and speech recognition are used here.")
    .waitFor();
  await signUp(page);
  await page.getByText("Right now it’s openai/stand-in.").waitFor();
  assert.equal(await page.getByText("Without an account, ").count(), 1, "but for where interviews are stored");
  await page.goto(`${app.url}/setup`);
  await page.getByText("The coach comments on each answer.").waitFor();
  await page.waitForLoadState("networkidle");
  assert.equal(await hint.count(), 0);
});

const openOptions = (page) => page.getByRole("button", { name: "Options" }).click();

test("a guest speaks by the browser's means, and by the service's after signing in", async () => {
  const page = await app.newPage();
  await page.addInitScript(() => {
    window.SpeechRecognition = function () {};
  });
  await startInterview(page, app.url);
  await openOptions(page);
  await page.getByText("your browser turns it into text").waitFor();
  await page.keyboard.press("Escape");
  await signUp(page);
  await openOptions(page);
  await page.getByText("the sound goes to this service and its speech provider").waitFor();
});

test("a guest whose browser recognises no speech is told that an account would help", async () => {
  const page = await app.newPage();
  await page.addInitScript(() => {
    delete window.SpeechRecognition;
    delete window.webkitSpeechRecognition;
  });
  await page.goto(`${app.url}/setup`);
  const notice = page.getByText("Speech needs an account here. Sign in, or type your answers.");
  await notice.waitFor();
  await startInterview(page, app.url);
  await openOptions(page);
  await notice.waitFor();
});
