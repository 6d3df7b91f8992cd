import "@testing-library/jest-dom/vitest";
import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

import { activateLanguage } from "@/lib/i18n/language";

await activateLanguage("en");
afterEach(cleanup);
