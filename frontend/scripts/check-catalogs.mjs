// Fails when a catalog of the interface's languages lacks a text of the code, has one that is gone, or can't be compiled.
import { createCompiledCatalog, getCatalogs } from "@lingui/cli/api";
import { getConfig } from "@lingui/conf";

const config = getConfig();
const problems = [];
for (const catalog of await getCatalogs(config)) {
  const used = await catalog.collect();
  if (!used) process.exit(1);
  for (const locale of config.locales) {
    const known = (await catalog.read(locale)) ?? {};
    const tell = (what, id, text) => problems.push(`${locale}: ${what}: ${text ?? id}`);
    for (const [id, { message }] of Object.entries(used)) {
      if (!known[id]) tell("not in the catalog", id, message);
      else if (!known[id].translation) tell("not translated", id, message);
    }
    for (const [id, { message }] of Object.entries(known)) if (!used[id]) tell("not in the code", id, message);
    const { messages } = await catalog.getTranslations(locale, { sourceLocale: config.sourceLocale });
    for (const { source, error } of createCompiledCatalog(locale, messages, {}).errors) tell(error.message, source);
  }
}
if (problems.length > 0) {
  const help = "`npm run extract` brings the catalogs up to date; then translate what is empty.";
  process.stderr.write(`${problems.join("\n")}\n\n${help}\n`);
  process.exit(1);
}
