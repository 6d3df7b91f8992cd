/** The browser's storage, or memory where that is blocked or full. Never throws. */
export interface SafeStorage {
  getItem: (name: string) => string | null;
  setItem: (name: string, text: string) => void;
  removeItem: (name: string) => void;
  names: () => string[];
}

function safeStorage(area: () => Storage): SafeStorage {
  const memory = new Map<string, string>();
  return {
    getItem: (name) => {
      try {
        return area().getItem(name) ?? memory.get(name) ?? null;
      } catch {
        return memory.get(name) ?? null;
      }
    },
    setItem: (name, text) => {
      try {
        area().setItem(name, text);
        memory.delete(name);
      } catch {
        memory.set(name, text);
      }
    },
    removeItem: (name) => {
      memory.delete(name);
      try {
        area().removeItem(name);
      } catch {
        // A blocked storage holds nothing.
      }
    },
    names: () => {
      try {
        return [...Object.keys(area()), ...memory.keys()];
      } catch {
        return [...memory.keys()];
      }
    },
  };
}

/** What all tabs of this browser share. */
export const { getItem, setItem, removeItem, names } = safeStorage(() => localStorage);
/** What one tab keeps to itself until it is closed; a reload keeps it. */
export const tabStorage = safeStorage(() => sessionStorage);
