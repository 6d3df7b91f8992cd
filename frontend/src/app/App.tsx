import { i18n } from "@lingui/core";
import { RouterProvider } from "@tanstack/react-router";
import { Direction } from "radix-ui";
import { useEffect, useRef, useSyncExternalStore } from "react";

import { currentLanguage, directionOf } from "@/lib/i18n/language";

import { LANGUAGE_MENU_ID } from "./LanguageMenu";
import { router } from "./router";

const subscribe = (listener: () => void) => i18n.on("change", listener);

/** Every page in the chosen language. Another choice draws them afresh, so that nothing stays in the last one. */
export function App() {
  const language = useSyncExternalStore(subscribe, currentLanguage);
  const shown = useRef(language);
  useEffect(() => {
    if (shown.current === language) return;
    shown.current = language;
    document.getElementById(LANGUAGE_MENU_ID)?.focus();
  }, [language]);
  return (
    <Direction.Provider dir={directionOf(language)}>
      <RouterProvider key={language} router={router} />
    </Direction.Provider>
  );
}
