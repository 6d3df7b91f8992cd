// The development server: what it hands on to the service, and what is a page of its own.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createService } from "node:http";
import { after, test } from "node:test";

import { createServer } from "vite";

const service = createService((_, response) => response.end("the service")).listen(0, "127.0.0.1");
await once(service, "listening");
process.env.API_URL = `http://127.0.0.1:${service.address().port}`;
const server = await createServer({ server: { port: 0, host: "127.0.0.1" }, logLevel: "error" });
await server.listen();
after(async () => {
  await server.close();
  service.close();
});

const BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8";
const PROGRAM = "application/json";

for (const [path, accept, isService] of [
  ["/capabilities", PROGRAM, true],
  ["/agent/sessions", PROGRAM, true],
  ["/auth/me", PROGRAM, true],
  ["/auth/callback", BROWSER, false],
  ["/shared/a-token", PROGRAM, true],
  ["/shared/a-token", BROWSER, false],
  ["/docs/", BROWSER, true],
  ["/history", BROWSER, false],
]) {
  const who = accept === BROWSER ? "a browser" : "a program";
  test(`${path} is ${isService ? "the service's answer" : "a page of the app"} to ${who}`, async () => {
    const { port } = server.httpServer.address();
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { accept } });
    assert.equal((await answer.text()) === "the service", isService);
    assert.equal(answer.status, 200);
  });
}
