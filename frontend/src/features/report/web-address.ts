/**
 * A web address as a link may have it; null for any other text. A report is data, which whoever made it may have written:
 * nothing but http and https becomes a link.
 */
export function webAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
}
