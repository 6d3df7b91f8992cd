/** The name of a scored dimension for readers: `relevance_to_job` → `Relevance to job`. */
export function dimensionName(dimension: string): string {
  const words = dimension.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
