/** `localStorage`, or memory where that is blocked or full. Never throws. */
const memory = new Map<string, string>();

export function getItem(name: string): string | null {
  try {
    return localStorage.getItem(name) ?? memory.get(name) ?? null;
  } catch {
    return memory.get(name) ?? null;
  }
}

export function setItem(name: string, text: string): void {
  try {
    localStorage.setItem(name, text);
    memory.delete(name);
  } catch {
    memory.set(name, text);
  }
}

export function removeItem(name: string): void {
  memory.delete(name);
  try {
    localStorage.removeItem(name);
  } catch {
    // A blocked storage holds nothing.
  }
}

export function names(): string[] {
  try {
    return [...Object.keys(localStorage), ...memory.keys()];
  } catch {
    return [...memory.keys()];
  }
}
