// The web app in Chromium on the real binary and its embedded stack.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";

import { Service, browse } from "./service.mjs";

const PASSWORD = "Wonder-land-42";
const ANSWER = "In 2024 I led a team of five at Initech, and we moved billing to Rust, which cut failures to none.";
const axe = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

let service;
let browser;
before(async () => {
  service = await Service.start({ OFFLINE_REPLY_DELAY_MS: "700" });
  browser = await browse();
});
after(async () => {
  await browser?.close();
  await service?.stop();
});

async function visitor(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  page.on("pageerror", (error) => assert.fail(`the page broke: ${error.message}`));
  return page;
}

async function begin(page, sample = "Backend engineer") {
  await page.goto(service.url);
  await page.getByRole("button", { name: new RegExp(sample) }).click();
  await page
    .getByText(/practise for the position/)
    .first()
    .waitFor();
}

const answers = (page) => page.getByText("You", { exact: true });
const lines = (page) => page.getByText("Interviewer", { exact: true });

async function answer(page, text = ANSWER) {
  await page.getByLabel("Your answer").waitFor();
  await lines(page).first().waitFor();
  const known = await lines(page).count();
  await page.getByLabel("Your answer").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
  await page.waitForFunction(
    (count) =>
      [...document.querySelectorAll("p")].filter((p) => p.textContent === "Interviewer").length > count &&
      !document.querySelector(".animate-pulse"),
    known,
  );
}

async function signUp(page) {
  const email = `e2e-${crypto.randomUUID()}@example.com`;
  await page.getByRole("button", { name: "Sign in" }).first().click();
  await page.getByRole("tab", { name: "Create account" }).click();
  await page.getByLabel("Name").fill("Ada");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("link", { name: "Ada" }).waitFor();
  return email;
}

async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations: broken } = await window.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return broken.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
  });
  assert.deepEqual(found, [], page.url().replace(/#.*/, ""));
}

test("a guest is at the first question after one click, and an account keeps what was said", async () => {
  const page = await visitor();
  await begin(page);
  await answer(page);
  await signUp(page);
  await page.getByText(ANSWER).waitFor();
  await answer(page, "We measured first and found one query behind most of the load.");
  assert.equal(await answers(page).count(), 2);
  await page.getByRole("button", { name: "End", exact: true }).click();
  await page.getByRole("button", { name: "End it" }).click();
  await page.getByRole("heading", { name: "Report: Backend engineer" }).waitFor();
  await page.getByRole("heading", { name: "Strengths" }).waitFor();
  await page.getByRole("button", { name: "Show in the conversation" }).first().click();
  assert.match(await page.evaluate(() => document.activeElement?.id ?? ""), /^turn-\d+$/);
  const [markdown] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Markdown" }).click(),
  ]);
  const text = readFileSync(await markdown.path(), "utf8");
  assert.ok(text.includes(ANSWER) && text.includes("## Scores"));
  const [json] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "JSON" }).click()]);
  const report = JSON.parse(readFileSync(await json.path(), "utf8"));
  assert.equal(report.transcript.filter((turn) => turn.message === ANSWER).length, 1);
  await page.getByRole("link", { name: "History" }).click();
  await page.getByRole("link", { name: "Report on Backend engineer" }).waitFor();
});

test("a reload in the middle of a turn, and another tab, show the same conversation", async () => {
  const page = await visitor();
  await begin(page);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other
    .getByText(/practise for the position/)
    .first()
    .waitFor();
  await page.getByLabel("Your answer").fill(ANSWER);
  await page.getByRole("button", { name: "Send" }).click();
  await page.reload();
  await page.getByText(ANSWER).waitFor();
  for (const tab of [page, other]) {
    await tab.waitForFunction(
      () => [...document.querySelectorAll("p")].filter((p) => p.textContent === "Interviewer").length === 2,
    );
    assert.equal(await answers(tab).count(), 1);
  }
});

test("what is written but not sent survives a reload", async () => {
  const page = await visitor();
  await begin(page);
  await page.getByLabel("Your answer").fill("Half a thought");
  await page.reload();
  await page
    .getByText(/practise for the position/)
    .first()
    .waitFor();
  assert.equal(await page.getByLabel("Your answer").inputValue(), "Half a thought");
});

test("an expired token is refreshed once for two tabs and costs nothing", async () => {
  const page = await visitor();
  await begin(page);
  await signUp(page);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other
    .getByText(/practise for the position/)
    .first()
    .waitFor();
  const refreshes = [];
  page.context().on("request", (request) => {
    if (request.url().endsWith("/auth/refresh")) refreshes.push(request);
  });
  await page.evaluate(() => {
    const [head, payload, tail] = localStorage.getItem("ai_interviewer_access_token").split(".");
    const claims = JSON.parse(atob(payload.replace(/-/g, "+").replace(/_/g, "/")));
    const expired = btoa(JSON.stringify({ ...claims, exp: 1 }))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=/g, "");
    localStorage.setItem("ai_interviewer_access_token", [head, expired, tail].join("."));
  });
  await Promise.all([page.reload(), other.reload()]);
  await answer(page);
  await other.getByText(ANSWER).waitFor();
  assert.equal(refreshes.length, 1);
});

test("a server that is killed in the middle of a turn answers it once when it is back", async () => {
  const page = await visitor();
  await begin(page);
  await page.getByLabel("Your answer").fill(ANSWER);
  await page.getByRole("button", { name: "Send" }).click();
  await page.waitForTimeout(250);
  await service.kill();
  await page.getByRole("button", { name: "Send now" }).waitFor();
  await service.run();
  await page.waitForFunction(
    () => [...document.querySelectorAll("p")].filter((p) => p.textContent === "Interviewer").length === 2,
    undefined,
    { timeout: 60_000 },
  );
  assert.equal(await answers(page).count(), 1);
  assert.equal(await page.getByText(ANSWER).count(), 1);
});

test("a résumé that is dropped is read, and a set-up interview begins", async () => {
  const page = await visitor();
  await page.goto(`${service.url}/setup`);
  await page.getByLabel("Role", { exact: true }).fill("Gardener");
  await page.getByLabel("Résumé file").setInputFiles({
    name: "cv.txt",
    mimeType: "text/plain",
    buffer: Buffer.from("Ada Lovelace, gardener since 2015."),
  });
  await page.getByText("cv.txt was read").waitFor();
  assert.equal(await page.getByLabel("Résumé", { exact: true }).inputValue(), "Ada Lovelace, gardener since 2015.");
  await page.getByLabel("It ends after").selectOption("time");
  await page.getByLabel("Minutes").fill("5");
  await page.getByLabel("Feedback").selectOption("realistic");
  await page.getByRole("button", { name: "Start the interview" }).click();
  await page
    .getByText(/practise for the position of Gardener/)
    .first()
    .waitFor();
  await page.getByText(/^[45]:\d\d$/).waitFor();
  await answer(page);
  assert.equal(await page.getByText("Coach's feedback").count(), 0, "held back until the end");
});

test("signing in and out, a new name, and an account that is deleted with everything", async () => {
  const page = await visitor();
  await page.goto(service.url);
  const email = await signUp(page);
  await page.getByRole("link", { name: "Ada" }).click();
  await page.getByLabel("Name").fill("Grace");
  await page.getByRole("button", { name: "Change the name" }).click();
  await page.getByRole("link", { name: "Grace" }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("banner").getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("wrong").waitFor();
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Grace" }).click();
  await page.getByRole("button", { name: "Delete my account" }).click();
  await page.getByLabel(`Type ${email} to confirm`).fill(email);
  await page.getByRole("button", { name: "Delete everything" }).click();
  await page.getByRole("heading", { name: /Practise the interview/ }).waitFor();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
});

test("links that are over say so, and their tokens do not stay in the address", async () => {
  const page = await visitor();
  await page.goto(`${service.url}/#error=access_denied&error_description=Email+link+is+invalid+or+has+expired`);
  await page.getByRole("alert").getByText("expired").waitFor();
  assert.equal(new URL(page.url()).hash, "");
});

test("every page is accessible in both themes and at 360 pixels, and shows no scroll bar across", async () => {
  const shots = process.env.SCREENSHOTS;
  if (shots) mkdirSync(shots, { recursive: true });
  for (const colorScheme of ["light", "dark"]) {
    for (const [device, viewport] of [
      ["desktop", { width: 1280, height: 900 }],
      ["phone", { width: 360, height: 740 }],
    ]) {
      const page = await visitor({ colorScheme, viewport, reducedMotion: "reduce" });
      const look = async (name) => {
        await violations(page);
        const across = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(across <= 0, `${name} is ${across} pixels too wide on ${device}`);
        if (shots) await page.screenshot({ path: `${shots}/${name}-${device}-${colorScheme}.png` });
      };
      await page.goto(service.url);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await look("home");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("dialog").waitFor();
      await look("sign-in");
      await page.getByRole("button", { name: "Close" }).click();
      await page.goto(`${service.url}/setup`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await look("setup");
      await begin(page);
      await answer(page);
      await page.getByText("Coach's feedback").click();
      await look("interview");
      await page.getByRole("button", { name: "End", exact: true }).click();
      await page.getByRole("button", { name: "End it" }).click();
      await page.getByRole("heading", { name: "Strengths" }).waitFor();
      await page.getByRole("heading", { name: "Where to go on" }).waitFor();
      await look("report");
      await page.goto(`${service.url}/history`);
      await page.getByRole("link", { name: /Report on/ }).waitFor();
      await look("history");
      await page.getByRole("link", { name: /Report on/ }).click();
      await page.getByRole("button", { name: "Practise this again" }).click();
      await page
        .getByText(/practise for the position/)
        .first()
        .waitFor();
      await answer(page, `${ANSWER} First we measured, then we compared two designs, because a rewrite is a risk.`);
      await page.getByRole("button", { name: "End", exact: true }).click();
      await page.getByRole("button", { name: "End it" }).click();
      await page.getByRole("heading", { name: "Strengths" }).waitFor();
      await page.goto(`${service.url}/progress`);
      await page.getByRole("heading", { name: "Compare two attempts" }).waitFor();
      await page.getByRole("row", { name: /^Overall/ }).waitFor();
      await look("progress");
      await signUp(page);
      await page.goto(`${service.url}/account`);
      await page.getByRole("heading", { name: "Delete the account" }).waitFor();
      await look("account");
      await page.goto(`${service.url}/nowhere`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await look("not-found");
      await page.context().close();
    }
  }
});

test("by keyboard alone: from the first page to an answer", async () => {
  const page = await visitor();
  await page.goto(service.url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  const press = async (key, until) => {
    for (let count = 0; count < 40; count++) {
      if (
        await page.evaluate(
          (text) => document.activeElement?.tagName === "BUTTON" && document.activeElement.textContent.includes(text),
          until,
        )
      )
        return;
      await page.keyboard.press(key);
    }
    assert.fail(`${until} is not reached by ${key}`);
  };
  await press("Tab", "Backend engineer");
  await page.keyboard.press("Enter");
  await page
    .getByText(/practise for the position/)
    .first()
    .waitFor();
  for (let count = 0; count < 40; count++) {
    if (await page.evaluate(() => document.activeElement?.tagName === "TEXTAREA")) break;
    await page.keyboard.press("Tab");
  }
  await page.keyboard.type(ANSWER);
  await page.keyboard.press("Control+Enter");
  await page.waitForFunction(
    () => [...document.querySelectorAll("p")].filter((p) => p.textContent === "Interviewer").length === 2,
  );
});

test("the first page asks for less than 200 kB of script", async (t) => {
  const page = await visitor();
  const scripts = [];
  page.on("response", (response) => {
    if (response.request().resourceType() === "script") scripts.push(response.url());
  });
  await page.goto(service.url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForLoadState("networkidle");
  const folder = new URL("../dist/", import.meta.url);
  const size = scripts
    .map((url) => gzipSync(readFileSync(new URL(new URL(url).pathname.slice(1), folder))).length)
    .reduce((sum, one) => sum + one, 0);
  assert.ok(scripts.length > 0 && readdirSync(folder).length > 0);
  assert.ok(size < 200_000, `${size} bytes`);
  // Told, not asserted: machines differ. The interviewer's thinking time of this service is 700 ms of it.
  const clicked = performance.now();
  await page.getByRole("button", { name: /Backend engineer/ }).click();
  await page
    .getByText(/practise for the position/)
    .first()
    .waitFor();
  t.diagnostic(
    `${size} bytes of script; the first question stood ${Math.round(performance.now() - clicked)} ms after the click`,
  );
});
