// Draws the icons in `public/` from `favicon.svg`, in Chromium: `node scripts/icons.mjs`, when the picture has changed.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const folder = new URL("../public/", import.meta.url).pathname;
const picture = readFileSync(`${folder}favicon.svg`, "utf8");

/** `share`: how much of the width the picture takes. A mask may cut off what is outside of the inner 80 %. */
const icons = [
  { name: "icon-192", size: 192, share: 1 },
  { name: "icon-512", size: 512, share: 1 },
  { name: "icon-maskable-512", size: 512, share: 0.8, background: "#4338ca" },
  { name: "apple-touch-icon", size: 180, share: 0.8, background: "#4338ca" },
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
for (const { name, size, share, background = "transparent" } of icons) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>
    body { margin: 0; height: 100vh; display: grid; place-items: center; background: ${background} }
    svg { width: ${share * 100}% }
  </style>${picture}`);
  await page.screenshot({ path: `${folder}${name}.png`, omitBackground: true });
  await page.close();
}
await browser.close();
