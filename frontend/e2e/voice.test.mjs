// An interview by voice: Chromium's microphone plays a file, a real model hears it through our socket, and lines are
// read aloud by a stand-in for a voice.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { answers, introduced, said, whole } from "./candidate.mjs";
import { ears } from "./service.mjs";
import { silence, wav } from "./sound.mjs";
import { staged } from "./stage.mjs";

const SAID = "We measured every change before we made it.";
/** Seconds that the stand-in takes for a sentence: none is over before it is stopped. */
const LONG = 60;

/** What the voice was asked to read, as it came. */
const spoken = [];

const folder = mkdtempSync(join(tmpdir(), "ai-interviewer-voice-"));
const microphone = join(folder, "said.wav");
execFileSync("flite", ["-voice", "slt", "-t", SAID, "-o", join(folder, "speech.wav")]);
const speech = readFileSync(join(folder, "speech.wav"));
const rate = speech.readUInt32LE(24);
writeFileSync(microphone, wav(rate, Buffer.concat([silence(rate, 1.5), speech.subarray(44), silence(rate, 2)])));
const line = wav(8_000, silence(8_000, LONG));
const voice = createServer((request, response) => {
  let body = "";
  request.on("data", (piece) => (body += piece));
  request.on("end", () => {
    spoken.push(JSON.parse(body).input);
    response.writeHead(200, { "content-type": "audio/wav" }).end(line);
  });
}).listen(0, "127.0.0.1");
await once(voice, "listening");
const listener = await ears();
after(() => {
  voice.closeAllConnections();
  voice.close();
  listener.stop();
  rmSync(folder, { recursive: true, force: true });
});
const stage = staged({
  settings: {
    SPEECH_BASE_URL: `${listener.url}/v1`,
    SPEECH_TTS_BASE_URL: `http://127.0.0.1:${voice.address().port}/v1`,
  },
  args: [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-audio-capture=${microphone}%noloop`,
    "--autoplay-policy=no-user-gesture-required",
  ],
});

/** At the first question, with what the page complains about. */
async function begun() {
  const page = await stage.visitor({ permissions: ["microphone"] });
  // Hearing takes as long as the machine needs for it.
  page.setDefaultTimeout(60_000);
  const complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(stage.url);
  await page.getByRole("button", { name: /Backend engineer/ }).click();
  await introduced(page);
  await page.getByRole("button", { name: "Speak" }).waitFor();
  return { page, complaints };
}

/** A small model's commas are its own. */
const words = (text) => text.toLowerCase().match(/[a-z]+/g);
const MEASURED = /^we measured every change/i;

const heard = (page) =>
  page.waitForFunction(() => document.querySelector("textarea")?.value.includes("before we made it"));

/** Until the voice was asked for something. */
async function asked(page, what) {
  for (let count = 0; !spoken.some(what); count++) {
    assert.ok(count < 200, `the voice was asked for ${JSON.stringify(spoken)}`);
    await page.waitForTimeout(100);
  }
}

test("the set-up checks the microphone and keeps how somebody likes to speak", async () => {
  const page = await stage.visitor({ permissions: ["microphone"] });
  await page.goto(`${stage.url}/setup`);
  await page.getByRole("button", { name: "Check the microphone" }).click();
  await page.getByText("You are heard.").waitFor();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByLabel("Send after a pause").check();
  await page.getByRole("button", { name: "Start the interview" }).click();
  await page.getByLabel("Your answer").waitFor();
  assert.equal(await page.getByLabel("Send after a pause").isChecked(), true);
});

test("what is spoken stands in the answer, can be changed, and is sent; lines are read sentence by sentence", async () => {
  const { page, complaints } = await begun();
  await page.getByLabel("Read questions aloud").check();
  await asked(page, (text) => /^Hello[^.]*\.$/.test(text));
  await page.getByRole("button", { name: "Quiet" }).click();
  await page.getByRole("button", { name: "Repeat" }).click();
  await page.getByRole("button", { name: "Quiet" }).click();
  await page.getByRole("button", { name: "Speak" }).click();
  await heard(page);
  await page.getByRole("button", { name: "Stop listening" }).click();
  await page.getByRole("button", { name: "Speak" }).waitFor();
  const box = page.getByLabel("Your answer");
  assert.deepEqual(words(await box.inputValue()), words(SAID));
  await box.fill(`${SAID} That saved us a month.`);
  spoken.length = 0;
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await said(page, "That saved us a month.").waitFor();
  await whole(page, 2);
  await page.getByRole("button", { name: "Quiet" }).waitFor();
  await asked(page, () => true);
  assert.deepEqual(complaints, []);
});

for (const [what, down, up] of [
  ["the button", (page) => page.mouse.down(), (page) => page.mouse.up()],
  ["its key", (page) => page.keyboard.down(" "), (page) => page.keyboard.up(" ")],
]) {
  test(`while ${what} is held it listens, and no longer`, async () => {
    const { page } = await begun();
    const button = page.getByRole("button", { name: "Speak" });
    await button.hover();
    await button.focus();
    await down(page);
    await heard(page);
    await page.getByRole("button", { name: "Stop listening" }).waitFor();
    await up(page);
    await page.getByRole("button", { name: "Speak" }).waitFor();
    assert.deepEqual(words(await page.getByLabel("Your answer").inputValue()), words(SAID));
    assert.equal(await answers(page).count(), 0, "it is sent by its speaker");
  });
}

test("with free hands an answer is sent after a pause", async () => {
  const { page } = await begun();
  await page.getByLabel("Send after a pause").check();
  await page.getByRole("button", { name: "Speak" }).click();
  await said(page, MEASURED).waitFor();
  await whole(page, 2);
  assert.equal(await page.getByLabel("Your answer").inputValue(), "");
  assert.equal(await page.getByRole("button", { name: "Stop listening" }).count(), 1, "it goes on listening");
});

test("with free hands an answer that is being corrected waits for its speaker", async () => {
  const { page } = await begun();
  await page.getByLabel("Send after a pause").check();
  await page.getByRole("button", { name: "Speak" }).click();
  await heard(page);
  await page.getByText("It is sent in a moment.").waitFor();
  await page.getByLabel("Your answer").fill(`${SAID} That saved us a month.`);
  await page.getByText("It is sent in a moment.").waitFor({ state: "hidden" });
  assert.equal(await answers(page).count(), 0);
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await said(page, "That saved us a month.").waitFor();
  await whole(page, 2);
});

test("who begins to speak is not talked over", async () => {
  const { page } = await begun();
  await page.getByRole("button", { name: "Repeat" }).click();
  await page.getByRole("button", { name: "Quiet" }).waitFor();
  await page.getByRole("button", { name: "Speak" }).click();
  // A sentence takes a minute: only the voice that is heard can have ended it.
  await page.getByRole("button", { name: "Repeat" }).waitFor();
  await heard(page);
});
