import { useState } from "react";

import { readJson, writeJson } from "@/lib/local-store";

/** A choice that survives a reload. What equals `initial` is not stored. */
export function useStoredValue<T extends boolean | number | string>(key: string, initial: T): [T, (value: T) => void] {
  const [value, setValue] = useState(() => readJson<T>(key) ?? initial);
  const change = (next: T) => {
    setValue(next);
    writeJson(key, next === initial ? null : next);
  };
  return [value, change];
}
