import { defineConfig } from "@lingui/cli";
import { formatter } from "@lingui/format-po";

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "de", "es", "zh-Hans", "ar"],
  catalogs: [{ path: "<rootDir>/src/lib/i18n/catalogs/{locale}", include: ["src"], exclude: ["**/*.test.*"] }],
  // Neither files nor lines: what moves in the code changes no catalog.
  format: formatter({ origins: false, printPlaceholdersInComments: false }),
});
