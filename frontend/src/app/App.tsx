import { useLingui } from "@lingui/react";
import { RouterProvider } from "@tanstack/react-router";
import { Direction } from "radix-ui";
import { useEffect, useRef } from "react";

import { currentLanguage, directionOf } from "@/lib/i18n/language";

import { LANGUAGE_MENU_ID } from "./LanguageMenu";
import { router } from "./router";

/** Every page in the chosen language. Another choice draws them afresh, so that nothing stays in the last one. */
export function App() {
  const { i18n } = useLingui();
  const shown = useRef(i18n.locale);
  useEffect(() => {
    if (shown.current === i18n.locale) return;
    shown.current = i18n.locale;
    document.getElementById(LANGUAGE_MENU_ID)?.focus();
  }, [i18n.locale]);
  return (
    <Direction.Provider dir={directionOf(currentLanguage())}>
      <RouterProvider key={i18n.locale} router={router} />
    </Direction.Provider>
  );
}
