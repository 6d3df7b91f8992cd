// Every page by the eyes of axe, in both themes, on a desk and on a phone; and the way by keyboard alone.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { ANSWER, answer, begin, end, introduced, signUp, whole } from "./candidate.mjs";
import { staged } from "./stage.mjs";

const axe = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
/** A folder for pictures of every page. */
const shots = process.env.SCREENSHOTS;

const stage = staged();

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

for (const colorScheme of ["light", "dark"]) {
  for (const [device, viewport] of [
    ["desktop", { width: 1280, height: 900 }],
    ["phone", { width: 360, height: 740 }],
  ]) {
    test(`every page is accessible and no wider than its window: ${colorScheme}, ${device}`, async () => {
      const page = await stage.visitor({ colorScheme, viewport, reducedMotion: "reduce" });
      const look = async (name) => {
        await violations(page);
        const across = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(across <= 0, `${name} is ${across} pixels too wide`);
        if (!shots) return;
        mkdirSync(shots, { recursive: true });
        await page.screenshot({ path: `${shots}/${name}-${device}-${colorScheme}.png` });
      };
      await page.goto(stage.url);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await look("home");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("dialog").waitFor();
      await look("sign-in");
      await page.getByRole("button", { name: "Close" }).click();
      await page.goto(`${stage.url}/setup`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await look("setup");
      await begin(page, stage.url);
      await answer(page);
      await page.getByText("Coach's feedback").click();
      await page.getByText("Why these scores").scrollIntoViewIfNeeded();
      await look("interview");
      await page.getByRole("button", { name: "End", exact: true }).click();
      await page.getByRole("dialog").waitFor();
      await look("end");
      await page.getByRole("button", { name: "End it" }).click();
      await page.getByRole("heading", { name: "Strengths" }).waitFor();
      await page.getByRole("heading", { name: "Where to go on" }).waitFor();
      await look("report");
      await page.goto(`${stage.url}/history`);
      await page.getByRole("link", { name: /Report on/ }).click();
      await page.getByRole("button", { name: "Practise this again" }).click();
      await introduced(page);
      await answer(page, `${ANSWER} First we measured, then we compared two designs, because a rewrite is a risk.`);
      await end(page);
      await begin(page, stage.url, "Nurse");
      await page.goto(`${stage.url}/history`);
      await page.getByRole("link", { name: "Go on with Nurse" }).waitFor();
      await look("history");
      await page.goto(`${stage.url}/progress`);
      await page.getByRole("heading", { name: "Compare two attempts" }).waitFor();
      await page.getByRole("row", { name: /^Overall/ }).waitFor();
      await look("progress");
      await signUp(page);
      await page.goto(`${stage.url}/account`);
      await page.getByRole("heading", { name: "Delete the account" }).waitFor();
      await look("account");
      await page.goto(`${stage.url}/nowhere`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await look("not-found");
      await page.goto(`${stage.url}/#error=access_denied&error_description=Email+link+is+invalid+or+has+expired`);
      await page.getByRole("heading", { name: "This link did not work" }).waitFor();
      await look("link");
      await page.context().close();
    });
  }
}

test("whoever goes to another page is there with the focus, and its title is told", async () => {
  const page = await stage.visitor();
  await page.goto(stage.url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "BODY");
  await page.getByRole("link", { name: "History" }).click();
  await page.getByRole("heading", { name: "Your interviews" }).waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "main");
  assert.match(await page.title(), /^History/);
});

test("by keyboard alone: from the first page to an answer", async () => {
  const page = await stage.visitor();
  await page.goto(stage.url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  /** Presses Tab until something is reached. */
  const reach = async (tag, text) => {
    for (let count = 0; count < 40; count++) {
      await page.keyboard.press("Tab");
      const reached = await page.evaluate(
        ([wanted, within]) =>
          document.activeElement?.tagName === wanted && document.activeElement.textContent.includes(within),
        [tag, text],
      );
      if (reached) return;
    }
    assert.fail(`${tag} ${text} is not reached`);
  };
  await reach("BUTTON", "Backend engineer");
  await page.keyboard.press("Enter");
  await introduced(page);
  await reach("TEXTAREA", "");
  await page.keyboard.type(ANSWER);
  await page.keyboard.press("Control+Enter");
  await whole(page, 2);
  await reach("BUTTON", "End");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  // Back where it was.
  await page.waitForFunction(() => document.activeElement?.textContent === "End");
});
