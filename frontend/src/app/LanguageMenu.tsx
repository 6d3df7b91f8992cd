import { t } from "@lingui/core/macro";
import { Languages } from "lucide-react";
import { useState } from "react";

import { chooseLanguage, currentLanguage, languageNames, type Language } from "@/lib/i18n/language";

export const LANGUAGE_MENU_ID = "language";

/** Every language under its own name. The browser's own list of choices lies, unseen, over the icon. */
export function LanguageMenu() {
  const [problem, setProblem] = useState("");
  const choose = (language: Language) => {
    setProblem("");
    chooseLanguage(language).catch(() => setProblem(t`We couldn’t load this language. Check your connection.`));
  };
  return (
    <span className="relative inline-flex size-11 max-[30rem]:w-9 items-center justify-center rounded-lg focus-within:outline-2 focus-within:outline-primary hover:bg-accent hover:text-accent-foreground">
      <Languages aria-hidden className="size-5" />
      <select
        id={LANGUAGE_MENU_ID}
        aria-label={t`Language of this app`}
        value={currentLanguage()}
        onChange={(event) => choose(event.target.value as Language)}
        className="absolute inset-0 cursor-pointer opacity-0"
      >
        {Object.entries(languageNames).map(([tag, name]) => (
          <option key={tag} value={tag} lang={tag} className="bg-background text-foreground">
            {name}
          </option>
        ))}
      </select>
      <span
        role="status"
        className={
          problem ? "absolute end-0 top-full z-30 w-60 rounded-lg border bg-background p-2 text-sm" : "sr-only"
        }
      >
        {problem}
      </span>
    </span>
  );
}
