import { useEffect, useState } from "react";

/** `value` once it has not changed for a while, so that not every keystroke makes a request. */
export function useDebouncedValue<T>(value: T, milliseconds = 250): T {
  const [debounced, setDebounced] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setDebounced(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return debounced;
}
