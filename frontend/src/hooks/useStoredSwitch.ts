import { useState } from "react";

import { readJson, writeJson } from "@/lib/local-store";

/** A switch that survives a reload. */
export function useStoredSwitch(key: string): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(() => readJson<boolean>(key) ?? false);
  const change = (next: boolean) => {
    setOn(next);
    writeJson(key, next || null);
  };
  return [on, change];
}
