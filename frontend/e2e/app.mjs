// What a file of tests runs against: a service and a browser of its own, started before the first test and stopped
// after the last.
import { after, before } from "node:test";

import { newPage } from "./actions.mjs";
import { Service, launchBrowser } from "./service.mjs";

/**
 * @param settings environment variables of the service
 * @param options command-line options of `ai-interviewer dev`
 * @param browserArgs command-line options of Chromium
 */
export function testApp({ settings = {}, options = [], browserArgs = [] } = {}) {
  const app = {
    service: null,
    browser: null,
    get url() {
      return app.service.url;
    },
    newPage: (contextOptions = {}) => newPage(app.browser, contextOptions),
  };
  before(async () => {
    app.service = await Service.start(settings, options);
    app.browser = await launchBrowser(browserArgs);
  });
  after(async () => {
    await app.browser?.close();
    await app.service?.stop();
  });
  return app;
}
