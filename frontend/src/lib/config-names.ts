/** The choices of a set-up under the names that readers know them by. */
export const styleNames = {
  formal: "Formal",
  casual: "Friendly",
  technical: "Technical",
  aggressive: "Tough",
} as const;

export const difficultyNames = { easy: "Easy", medium: "Medium", hard: "Hard" } as const;

/** The name of a choice; a value that this version does not know keeps its own. */
export const choiceName = (names: Record<string, string>, value: string): string => names[value] ?? value;
