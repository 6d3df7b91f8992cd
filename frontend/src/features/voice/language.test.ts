import { expect, it } from "vitest";

import { speechLanguage } from "./language";

it("listens in the interview's language, in the variant that the user speaks", () => {
  expect(speechLanguage("en", ["de-DE", "en-AU"])).toBe("en-AU");
  expect(speechLanguage("de", ["en-US", "de-AT"])).toBe("de-AT");
  expect(speechLanguage("ar", ["en-US"])).toBe("ar");
  expect(speechLanguage("pt-BR", ["pt-PT"])).toBe("pt-BR");
});
