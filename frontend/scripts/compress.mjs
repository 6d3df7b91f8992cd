// Every file that is worth it also as .br and .gz, so that the service compresses nothing at run time. The page itself is
// small, and another one each time.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const folder = new URL("../dist", import.meta.url).pathname;
for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (!entry.isFile() || !/\.(js|css|svg)$/.test(entry.name)) continue;
  const text = await readFile(path);
  const brotli = brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  const gzip = gzipSync(text, { level: 9 });
  if (brotli.length < text.length) await writeFile(`${path}.br`, brotli);
  if (gzip.length < text.length) await writeFile(`${path}.gz`, gzip);
}
