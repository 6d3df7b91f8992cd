// The real binary on the embedded stack, in a folder of its own. It can be killed and started again.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, chmodSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const root = new URL("../..", import.meta.url).pathname;
const binary = process.env.AI_INTERVIEWER ?? join(root, "target/debug/ai-interviewer");

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

export class Service {
  static async start(settings = {}, options = []) {
    const service = new Service();
    service.folder = mkdtempSync(join(tmpdir(), "ai-interviewer-e2e-"));
    // PostgreSQL runs as another account when the tests run as root.
    chmodSync(service.folder, 0o711);
    service.port = await freePort();
    service.url = `http://127.0.0.1:${service.port}`;
    service.settings = settings;
    service.options = options;
    const gateway = await freePort();
    service.gateway = `http://127.0.0.1:${gateway}`;
    service.options.push("--port", String(gateway), "--site-url", service.url);
    await service.run();
    return service;
  }

  async run() {
    this.child = spawn(binary, ["dev", "--data-dir", join(this.folder, "stack"), ...this.options], {
      cwd: root,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        RUST_LOG: "error",
        PORT: String(this.port),
        RATE_LIMIT_PER_MINUTE: "100000",
        RATE_LIMIT_AUTH_PER_MINUTE: "1000",
        ...this.settings,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const line of createInterface({ input: this.child.stdout })) {
      if (line.startsWith("listening on")) return;
    }
    throw new Error("the service did not start: is it built, and is port " + this.port + " free?");
  }

  /** Without a chance to shut down. */
  async kill() {
    this.child.kill("SIGKILL");
    await once(this.child, "exit");
  }

  async stop() {
    this.child.kill("SIGTERM");
    await once(this.child, "exit");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A real transcription server with a small model, the one that the service's own tests use. */
export async function startTranscriptionServer() {
  const child = spawn(join(root, ".test-model/bin/python"), [join(root, "tests/real_providers/ears.py")], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  for await (const url of createInterface({ input: child.stdout })) return { url, stop: () => child.stdin.end() };
  throw new Error("the transcription server did not start: run `make setup-test`");
}

export const launchBrowser = (args = []) =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: !process.env.HEADED,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", ...args],
  });
