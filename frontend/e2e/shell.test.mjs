// The app's shell: what is seen before the scripts are there, without a network, and when a new version is ready.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { after, test } from "node:test";

import { ANSWER, answerQuestion, sendAnswer, startInterview, waitForIntroduction, waitForReplies } from "./actions.mjs";
import { checkAccessibility } from "./accessibility.mjs";
import { testApp } from "./app.mjs";

const app = testApp();

/** Opens the app as a visitor who has been there before: its service worker is in charge. */
async function returningVisitor(url) {
  const page = await app.newPage();
  await page.goto(url);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  return page;
}

test("before the scripts are there, the page shows whose it is and where its parts will be", async () => {
  const page = await app.newPage({ viewport: { width: 390, height: 664 } });
  await page.route(/\/assets\/.*\.js$/, (route) => route.abort());
  await page.goto(app.url);
  const name = page.locator("#root").getByText("AI Interviewer");
  await name.waitFor();
  assert.equal(await name.evaluate((element) => getComputedStyle(element).fontWeight), "700", "with its style");
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
});

test("without a network every address of the app stays inside it", async () => {
  const page = await returningVisitor(app.url);
  await startInterview(page, app.url);
  await answerQuestion(page);
  const interview = page.url();
  await page.context().setOffline(true);
  for (const [path, heading] of [
    ["/", "Practise the interview before it counts"],
    ["/history?from=bookmark", "Your interviews"],
    ["/setup", "Set up an interview"],
    ["/progress", "Your progress"],
    ["/privacy", "Privacy"],
    ["/auth/callback", "This link didn’t work"],
    ["/no/such/page", "Page not found"],
  ]) {
    await page.goto(app.url + path);
    await page.getByRole("heading", { level: 1, name: heading }).waitFor();
    await page.getByText("You’re offline").waitFor();
  }
  await page.goto(app.url);
  await page.getByText("You need a connection to start an interview.").waitFor();
  assert.equal(await page.getByRole("button", { name: /Backend engineer/ }).isDisabled(), true);
  await checkAccessibility(page);
  // The dialog's style sheet needs the nonce of the page that was kept.
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("dialog").waitFor();
  await page.goto(interview);
  await page.getByText("Connection lost").waitFor();
  await page.context().setOffline(false);
  await waitForIntroduction(page);
  await waitForReplies(page, 2);
  await page.context().setOffline(true);
  for (const path of ["/openapi.json", "/healthz", "/agent/history"]) {
    await assert.rejects(page.goto(app.url + path), /ERR_INTERNET_DISCONNECTED/, `${path} is no page of the app`);
  }
});

test("what the API answers is never kept", async () => {
  const page = await returningVisitor(app.url);
  await startInterview(page, app.url);
  await answerQuestion(page);
  await page.goto(`${app.url}/history`);
  await page.getByText("1 interview", { exact: true }).waitFor();
  const kept = await page.evaluate(async () => {
    const urls = [];
    for (const name of await caches.keys()) {
      for (const { url } of await (await caches.open(name)).keys()) urls.push(new URL(url).pathname);
    }
    return urls;
  });
  assert.ok(kept.includes("/index.html") && kept.some((path) => path.startsWith("/assets/Interview-")), String(kept));
  const files = /^\/(assets\/[^/]+\.(js|css)|[^/]+\.(html|js|svg|webmanifest))$/;
  assert.deepEqual(
    kept.filter((path) => !files.test(path)),
    [],
  );
});

test("the app can be installed: its manifest names icons that are there, in the sizes it says", async () => {
  const page = await app.newPage();
  await page.goto(app.url);
  const { icons, ...manifest } = await page.evaluate(async () => {
    const { href } = document.querySelector('link[rel="manifest"]');
    return (await fetch(href)).json();
  });
  assert.deepEqual([manifest.name, manifest.start_url, manifest.display], ["AI Interviewer", "/", "standalone"]);
  assert.ok(icons.some(({ purpose }) => purpose === "maskable"));
  for (const { src, sizes } of icons) {
    const size = await page.evaluate(async (url) => {
      const image = new Image();
      image.src = url;
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    }, src);
    if (sizes !== "any") assert.equal(size, sizes, src);
  }
});

/** The service behind a proxy that can pretend to have a new version of the app. */
async function proxyWithVersions() {
  let version = 1;
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const isWorker = url === "/sw.js";
    const plain = { "accept-encoding": "identity", "if-none-match": "" };
    const options = { method, headers: isWorker ? { ...headers, ...plain } : headers };
    const forwarded = request(new URL(url, app.url), options, (answer) => {
      if (isWorker) delete answer.headers["content-length"];
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.on("end", () => outgoing.end(isWorker ? `\n// ${version}` : ""));
      answer.pipe(outgoing, { end: false });
    });
    forwarded.on("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.closeAllConnections() ?? server.close());
  return { url: `http://127.0.0.1:${server.address().port}`, release: () => version++ };
}

test("a new version is offered, never in an interview, and loaded when the user says so", async () => {
  const proxy = await proxyWithVersions();
  const page = await returningVisitor(proxy.url);
  await startInterview(page, proxy.url);
  await page.getByLabel("Your answer").fill("Half a thought");
  proxy.release();
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration.update();
    if (registration.waiting) return;
    const { installing } = registration;
    await new Promise((resolve) => installing.addEventListener("statechange", resolve, { once: true }));
  });
  const notice = page.getByText("A new version is ready.");
  await sendAnswer(page, ANSWER);
  await waitForReplies(page, 2);
  assert.equal(await notice.count(), 0, "not in an interview");
  await page.getByRole("link", { name: "History" }).click();
  await notice.waitFor();
  await checkAccessibility(page);
  const loaded = page.waitForEvent("load");
  await page.getByRole("button", { name: "Reload" }).click();
  await loaded;
  await page.getByRole("heading", { name: "Your interviews" }).waitFor();
  const isWaiting = await page.evaluate(async () => {
    const { waiting } = await navigator.serviceWorker.getRegistration();
    return waiting !== null;
  });
  assert.equal(isWaiting, false);
  assert.equal(await notice.count(), 0);
});
