// Accessibility by axe.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const axe = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

/**
 * Fails on any violation of WCAG 2.2 AA, or of axe's best practices.
 *
 * A bar that sticks to the window's edge covers whatever lies below it, which scrolling uncovers. axe takes the rest that
 * shows for all there is of a button, so bars stand where they belong while it looks.
 */
export async function checkAccessibility(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const sticking = [...document.querySelectorAll("body *")].filter(
      (element) => getComputedStyle(element).position === "sticky",
    );
    for (const bar of sticking) bar.style.position = "static";
    const { violations: broken } = await window.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    for (const bar of sticking) bar.style.position = "";
    return broken.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
  });
  assert.deepEqual(found, [], page.url().replace(/#.*/, ""));
}

/** Fails when the page is wider than its window. */
export async function checkWidth(page, name) {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `${name} is ${overflow} pixels too wide`);
}
