// Pictures of pages for the documentation.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Of 1. Letters stay sharp, and a picture has a third of a PNG's bytes. */
const QUALITY = 0.9;

/** The folder that the pictures go to; none are made without it. */
export const picturesFolder = process.env.SCREENSHOTS;

/** Saves what is seen of a page as WebP, which Playwright does not write: the browser does. */
export async function savePicture(page, name, options = {}) {
  if (!picturesFolder) return;
  const png = (await page.screenshot(options)).toString("base64");
  const converter = await page.context().newPage();
  const webp = await converter.evaluate(
    async ([data, quality]) => {
      const image = new Image();
      image.src = `data:image/png;base64,${data}`;
      await image.decode();
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [image.width, image.height];
      canvas.getContext("2d").drawImage(image, 0, 0);
      return canvas.toDataURL("image/webp", quality).split(",")[1];
    },
    [png, QUALITY],
  );
  await converter.close();
  mkdirSync(picturesFolder, { recursive: true });
  writeFileSync(join(picturesFolder, `${name}.webp`), Buffer.from(webp, "base64"));
}
