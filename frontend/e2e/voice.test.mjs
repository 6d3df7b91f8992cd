// An interview by voice: Chromium's microphone plays a file, a real model hears it through our socket, and a line is
// read aloud by a stand-in for a voice.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Service, browse, ears } from "./service.mjs";

const SAID = "We measured every change before we made it.";

let folder, service, browser, listener, voice;
const spoken = [];

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "ai-interviewer-voice-"));
  const file = join(folder, "said.wav");
  execFileSync("flite", ["-voice", "slt", "-t", SAID, "-o", join(folder, "speech.wav")]);
  writeFileSync(file, withSilence(readFileSync(join(folder, "speech.wav"))));
  listener = await ears();
  voice = createServer((request, response) => {
    let body = "";
    request.on("data", (piece) => (body += piece));
    request.on("end", () => {
      spoken.push(JSON.parse(body).input);
      response.writeHead(200, { "content-type": "audio/wav" }).end(readFileSync(join(folder, "speech.wav")));
    });
  });
  await new Promise((resolve) => voice.listen(0, "127.0.0.1", resolve));
  service = await Service.start({
    SPEECH_BASE_URL: `${listener.url}/v1`,
    SPEECH_TTS_BASE_URL: `http://127.0.0.1:${voice.address().port}/v1`,
  });
  browser = await browse([
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-audio-capture=${file}%noloop`,
    "--autoplay-policy=no-user-gesture-required",
  ]);
});
after(async () => {
  await browser?.close();
  await service?.stop();
  voice?.close();
  listener?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A second and a half of silence before and two after. */
function withSilence(wav) {
  const rate = wav.readUInt32LE(24);
  const data = Buffer.concat([Buffer.alloc(3 * rate), wav.subarray(44), Buffer.alloc(4 * rate)]);
  const head = Buffer.from(wav.subarray(0, 44));
  head.writeUInt32LE(36 + data.length, 4);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

test("what is spoken stands in the answer, can be changed, and is sent; the question is read aloud", async () => {
  const context = await browser.newContext({ permissions: ["microphone"] });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  await page.goto(`${service.url}/setup`);
  await page.getByRole("button", { name: "Check the microphone" }).click();
  await page.getByText("You are heard.").waitFor();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("link", { name: "AI Interviewer" }).click();
  await page.getByRole("button", { name: /Backend engineer/ }).click();
  await page
    .getByText(/practise for the position/)
    .first()
    .waitFor();
  await page.getByLabel("Read questions aloud").check();
  await page.getByRole("button", { name: "Repeat" }).click();
  await page.getByRole("button", { name: "Quiet" }).click();
  assert.match(spoken[0], /^Hello/, "sentence by sentence");
  await page.getByRole("button", { name: "Speak" }).click();
  const box = page.getByLabel("Your answer");
  await page.waitForFunction(() => document.querySelector("textarea")?.value.includes("before we made it"));
  await page.getByRole("button", { name: "Stop listening" }).click();
  await page.getByRole("button", { name: "Speak" }).waitFor();
  assert.equal(await box.inputValue(), SAID);
  await box.fill(`${SAID} That saved us a month.`);
  const lines = spoken.length;
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText(`${SAID} That saved us a month.`).waitFor();
  await page.getByRole("button", { name: "Quiet" }).waitFor();
  for (let count = 0; spoken.length === lines && count < 100; count++) await page.waitForTimeout(100);
  assert.ok(spoken.length > lines, "the next question is read");
  assert.deepEqual(problems, []);
});
