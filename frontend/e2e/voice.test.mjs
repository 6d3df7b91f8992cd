// An interview by voice: Chromium's microphone plays a file, a real model transcribes it through the service's socket,
// and a stand-in for a text-to-speech provider reads lines aloud.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { candidateMessages, message, waitForIntroduction, waitForReplies } from "./actions.mjs";
import { startTranscriptionServer } from "./service.mjs";
import { silence, wav } from "./wav.mjs";
import { testApp } from "./app.mjs";

const SPOKEN = "We measured every change before we made it.";
/** Length of each sentence that is read aloud: none ends before it is stopped. */
const SENTENCE_SECONDS = 60;

/** Texts that were to be read aloud, in order. */
const synthesized = [];
/** The voice of each. */
const voices = [];

const folder = mkdtempSync(join(tmpdir(), "ai-interviewer-voice-"));
const microphone = join(folder, "said.wav");
execFileSync("flite", ["-voice", "slt", "-t", SPOKEN, "-o", join(folder, "speech.wav")]);
const speech = readFileSync(join(folder, "speech.wav"));
const rate = speech.readUInt32LE(24);
writeFileSync(microphone, wav(rate, Buffer.concat([silence(rate, 1.5), speech.subarray(44), silence(rate, 2)])));
const audio = wav(8_000, silence(8_000, SENTENCE_SECONDS));
const speechServer = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => (body += chunk));
  request.on("end", () => {
    const { input, voice } = JSON.parse(body);
    synthesized.push(input);
    voices.push(voice);
    response.writeHead(200, { "content-type": "audio/wav" }).end(audio);
  });
}).listen(0, "127.0.0.1");
await once(speechServer, "listening");
const transcriptionServer = await startTranscriptionServer();
after(() => {
  speechServer.closeAllConnections();
  speechServer.close();
  transcriptionServer.stop();
  rmSync(folder, { recursive: true, force: true });
});
const app = testApp({
  settings: {
    SPEECH_VOICES: "alloy,nova",
    SPEECH_BASE_URL: `${transcriptionServer.url}/v1`,
    SPEECH_TTS_BASE_URL: `http://127.0.0.1:${speechServer.address().port}/v1`,
  },
  browserArgs: [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-audio-capture=${microphone}%noloop`,
    "--autoplay-policy=no-user-gesture-required",
  ],
});

/** A page at its first question, and the errors in its console. */
async function openInterview() {
  const page = await app.newPage({ permissions: ["microphone"] });
  // Transcription takes as long as the machine needs for it.
  page.setDefaultTimeout(60_000);
  await page.addInitScript(keepSentMessage);
  const consoleErrors = [];
  page.on("console", (entry) => {
    if (entry.type() === "error") consoleErrors.push(entry.text());
  });
  await page.goto(app.url);
  await page.getByRole("button", { name: /Backend engineer/ }).click();
  await waitForIntroduction(page);
  await page.getByRole("button", { name: "Speak" }).waitFor();
  return { page, consoleErrors };
}

/** How the message that was sent last was spoken, as the page says; Chromium tells no bodies of requests. */
const sentTiming = async (page) => {
  await page.waitForFunction(() => window.sentMessage);
  return page.evaluate(() => window.sentMessage.speech_timing);
};

function keepSentMessage() {
  const { fetch } = window;
  window.fetch = async (request, init) => {
    if (request.url?.endsWith("/agent/send_message")) window.sentMessage = await request.clone().json();
    return fetch(request, init);
  };
}

/** Without the punctuation, which a small model gets wrong. */
const words = (text) => text.toLowerCase().match(/[a-z]+/g);
const MEASURED = /^we measured every change/i;

const waitForTranscript = (page) =>
  page.waitForFunction(() => document.querySelector("textarea")?.value.includes("before we made it"));

/** Waits until a text that matches is read aloud. */
async function waitForSynthesis(page, matches) {
  for (let count = 0; !synthesized.some(matches); count++) {
    assert.ok(count < 200, `only these were read aloud: ${JSON.stringify(synthesized)}`);
    await page.waitForTimeout(100);
  }
}

test("the set-up checks the microphone and keeps the voice preferences", async () => {
  const page = await app.newPage({ permissions: ["microphone"] });
  await page.goto(`${app.url}/setup`);
  await page.getByRole("combobox", { name: "Role" }).fill("Gardener");
  await page.getByRole("button", { name: "Test microphone" }).click();
  await page.getByText("Microphone works").waitFor();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.getByLabel("Send automatically when I stop talking").check();
  await page.getByRole("button", { name: "Start interview" }).click();
  await page.getByLabel("Your answer").waitFor();
  await page.getByRole("button", { name: "Options" }).click();
  assert.equal(await page.getByLabel("Send automatically when I stop talking").isChecked(), true);
});

test("the set-up tries the service's own recogniser and voice, and begins no interview for it", async () => {
  const page = await app.newPage({ permissions: ["microphone"] });
  page.setDefaultTimeout(60_000);
  await page.goto(`${app.url}/setup`);
  const recogniser = page.getByRole("group", { name: "Speech to text" });
  await recogniser.getByText("The sound goes to this service and its speech provider.").waitFor();
  synthesized.length = 0;
  await page.getByLabel("Interviewer’s voice").selectOption("Nova");
  await page.getByRole("button", { name: "Play a sample" }).click();
  await page.getByText("Playing…").waitFor();
  assert.deepEqual(synthesized, ["Hello, and welcome. Can you hear me?"]);
  assert.equal(voices.at(-1), "nova");
  await recogniser.getByRole("button", { name: "Speak" }).click();
  await recogniser.getByText(/we measured every change/i).waitFor();
  await recogniser.getByRole("button", { name: "Stop" }).click();
  await page.goto(`${app.url}/history`);
  await page.getByText("No interviews yet.").waitFor();
});

test("spoken words become the answer, can be changed, and are sent; lines are read sentence by sentence", async () => {
  const { page, consoleErrors } = await openInterview();
  await page.getByRole("button", { name: "Options" }).click();
  await page.getByLabel("Read questions aloud").check();
  await waitForSynthesis(page, (text) => /^Hello[^.]*\.$/.test(text));
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Stop reading" }).click();
  await page.getByRole("button", { name: "Options" }).click();
  await page.getByRole("button", { name: "Read again" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Stop reading" }).click();
  await page.getByRole("button", { name: "Stop reading" }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Speak" }).click();
  await waitForTranscript(page);
  await page.getByRole("button", { name: "Stop listening" }).click();
  await page.getByRole("button", { name: "Speak" }).waitFor();
  const box = page.getByLabel("Your answer");
  assert.deepEqual(words(await box.inputValue()), words(SPOKEN));
  await box.fill(`${SPOKEN} That saved us a month.`);
  synthesized.length = 0;
  await page.getByRole("button", { name: "Send", exact: true }).click();
  assert.equal(await sentTiming(page), null, "a third of it was typed");
  await message(page, "That saved us a month.").waitFor();
  await waitForReplies(page, 2);
  await page.getByRole("button", { name: "Stop reading" }).waitFor();
  await waitForSynthesis(page, () => true);
  assert.deepEqual(consoleErrors, []);
});

for (const [what, down, up] of [
  ["the button", (page) => page.mouse.down(), (page) => page.mouse.up()],
  ["its key", (page) => page.keyboard.down(" "), (page) => page.keyboard.up(" ")],
]) {
  test(`while ${what} is held it listens, and no longer`, async () => {
    const { page } = await openInterview();
    const button = page.getByRole("button", { name: "Speak" });
    await button.hover();
    await button.focus();
    await down(page);
    await waitForTranscript(page);
    await page.getByRole("button", { name: "Stop listening" }).waitFor();
    await up(page);
    await page.getByRole("button", { name: "Speak" }).waitFor();
    assert.deepEqual(words(await page.getByLabel("Your answer").inputValue()), words(SPOKEN));
    assert.equal(await candidateMessages(page).count(), 0, "it is sent by its speaker");
  });
}

test("hands-free, an answer is sent after a pause", async () => {
  const { page } = await openInterview();
  await page.getByRole("button", { name: "Options" }).click();
  await page.getByLabel("Send automatically when I stop talking").check();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Speak" }).click();
  await message(page, MEASURED).waitFor();
  const { seconds, longest_pause_seconds } = await sentTiming(page);
  assert.ok(seconds > 0 && longest_pause_seconds < seconds, `${seconds} s`);
  await waitForReplies(page, 2);
  assert.equal(await page.getByLabel("Your answer").inputValue(), "");
  assert.equal(await page.getByRole("button", { name: "Stop listening" }).count(), 1, "it goes on listening");
});

test("hands-free, an answer that is being corrected is not sent by itself", async () => {
  const { page } = await openInterview();
  await page.getByRole("button", { name: "Options" }).click();
  await page.getByLabel("Send automatically when I stop talking").check();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Speak" }).click();
  await waitForTranscript(page);
  await page.getByText(/Sending in \d s/).waitFor();
  await page.getByLabel("Your answer").fill(`${SPOKEN} That saved us a month.`);
  await page.getByText(/Sending in \d s/).waitFor({ state: "hidden" });
  assert.equal(await candidateMessages(page).count(), 0);
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await message(page, "That saved us a month.").waitFor();
  await waitForReplies(page, 2);
});

test("the interviewer falls silent when the candidate begins to speak", async () => {
  const { page } = await openInterview();
  await page.getByRole("button", { name: "Options" }).click();
  await page.getByRole("button", { name: "Read again" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Stop reading" }).waitFor();
  await page.getByRole("button", { name: "Speak" }).click();
  // A sentence lasts a minute: only the candidate's voice can have ended it.
  await page.getByRole("button", { name: "Stop reading" }).waitFor({ state: "detached" });
  await waitForTranscript(page);
});
