/** Lower-case letters, upper-case letters, digits, and everything else with the size of its set. */
const CLASSES: [RegExp, number][] = [
  [/[a-z]/, 26],
  [/[A-Z]/, 26],
  [/\d/, 10],
  [/[^a-zA-Z\d]/, 33],
];
const FAIR_BITS = 45;
const STRONG_BITS = 65;

export type PasswordStrength = "too short" | "weak" | "fair" | "strong";

/** A rough measure: how long it takes to try all passwords of this make. Repeated characters count once. */
export function passwordStrength(password: string): PasswordStrength {
  if (password.length < 8) return "too short";
  const pool = CLASSES.reduce((sum, [pattern, size]) => (pattern.test(password) ? sum + size : sum), 0);
  const bits = Math.min(password.length, new Set(password).size * 1.5) * Math.log2(pool);
  return bits < FAIR_BITS ? "weak" : bits < STRONG_BITS ? "fair" : "strong";
}
