import { expect, it } from "vitest";

import { dimensionName } from "./dimension-name";

it("names dimensions for readers", () => {
  expect(dimensionName("relevance_to_job")).toBe("Relevance to job");
});
