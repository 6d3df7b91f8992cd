// What a file of tests is played on: a service of its own and a browser, there before the first test and gone after the
// last.
import { after, before } from "node:test";

import { visitor } from "./candidate.mjs";
import { Service, browse } from "./service.mjs";

/**
 * @param settings environment variables of the service
 * @param options of `ai-interviewer dev`
 * @param args of the browser
 */
export function staged({ settings = {}, options = [], args = [] } = {}) {
  const stage = {
    service: null,
    browser: null,
    get url() {
      return stage.service.url;
    },
    visitor: (of = {}) => visitor(stage.browser, of),
  };
  before(async () => {
    stage.service = await Service.start(settings, options);
    stage.browser = await browse(args);
  });
  after(async () => {
    await stage.browser?.close();
    await stage.service?.stop();
  });
  return stage;
}
