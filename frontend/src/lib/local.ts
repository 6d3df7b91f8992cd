/** Small things that survive a reload. Storage may be full or blocked: what can't be kept is not worth a failure. */
export function read<T>(key: string): T | null {
  try {
    const text = localStorage.getItem(`ai_interviewer_${key}`);
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}

export function write(key: string, value: unknown): void {
  try {
    if (value === null || value === "") localStorage.removeItem(`ai_interviewer_${key}`);
    else localStorage.setItem(`ai_interviewer_${key}`, JSON.stringify(value));
  } catch {
    // Kept in memory alone.
  }
}
