import assert from "node:assert/strict";
import { once } from "node:events";
import { globSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { execa } from "execa";
import { test } from "tap";
import { findHome } from "../../cli/home.ts";
import { CopiedCheckout } from "../cli/copied-checkout.ts";
import { findLeftovers } from "../cli/left-over.ts";
import { commandLineEnvironment } from "../cli/started-command.ts";

const name = "feature-x";
const folders = "My Projects/it's 100% #1";
/** Default ports of moto, LocalStack, MySQL, Redis and a web server, on every address. */
const takenPorts = [5000, 4566, 3306, 6379, 8080];
/** Nothing listens there. */
const deadProxy = "http://127.0.0.1:9";

const shell = {
  http_proxy: deadProxy,
  https_proxy: deadProxy,
  HTTPS_PROXY: deadProxy,
  ALL_PROXY: deadProxy,
  grpc_proxy: deadProxy,
  NODE_USE_ENV_PROXY: "1",
  NODE_TLS_REJECT_UNAUTHORIZED: "0",
  AWS_USE_FIPS_ENDPOINT: "true",
  AWS_USE_DUALSTACK_ENDPOINT: "true",
  AWS_PROFILE: "no-such-profile",
  AWS_REGION: "xx-nowhere-1",
  AWS_ENDPOINT_URL: deadProxy,
  AWS_ENDPOINT_URL_SSM: deadProxy,
  AWS_RETRY_MODE: "no-such-mode",
  PULUMI_OPTION_PARALLEL: "none",
  PULUMI_OPTION_REFRESH: "true",
  PULUMI_CONFIG_PASSPHRASE: "another",
  PULUMI_SKIP_CONFIRMATIONS: "no",
  LANG: "tr_TR.UTF-8",
  LC_ALL: "xx_XX",
  TZ: "Pacific/Kiritimati",
};

/** Pre-existing programs of this machine, and how often they were contacted. */
class OtherPrograms {
  asked = 0;
  /** Ports that they really have: another environment of this operator may use one of them. */
  readonly ports = new Set<number>();
  readonly #servers: Server[] = [];

  async start(): Promise<void> {
    for (const port of takenPorts) {
      const server = createServer((_request, response) => {
        this.asked += 1;
        response.end("somebody else");
      }).listen(port, "0.0.0.0");
      this.#servers.push(server);
      const listening = await once(server, "listening").catch(() => undefined);
      if (listening) this.ports.add(port);
    }
  }

  stop(): void {
    for (const server of this.#servers) server.close();
  }
}

test("on a machine that was set up for something else", { timeout: 400_000 }, async (t) => {
  const others = new OtherPrograms();
  const checkout = new CopiedCheckout(folders);

  t.before(() => others.start());

  t.teardown(async () => {
    others.stop();
    checkout[Symbol.dispose]();
  });

  /** Runs a command under the shell's umask; `reads` false closes its output right after the start. */
  async function run(umask: string, words: readonly string[], reads = true) {
    const program = join(checkout.directory, "cli", "main.ts");
    const script = `umask ${umask}; exec "$0" "$@"`;
    const running = execa("/bin/sh", ["-c", script, process.execPath, program, ...words], {
      cwd: checkout.directory,
      env: { ...commandLineEnvironment(checkout.home), ...shell },
      stdin: "ignore",
      all: true,
      buffer: reads,
      reject: false,
    });
    if (!reads) for (const stream of [running.stdout, running.stderr]) stream.destroy();
    const { exitCode, all } = await running;
    return { code: exitCode, output: all ?? "" };
  }

  t.test(
    "up creates an environment on other ports and reports the differences",
    { timeout: 200_000 },
    async () => {
      const { code, output } = await run("000", ["up", name]);
      assert.equal(code, 0, output);
      for (const [key, port] of Object.entries({ servicePort: 8080, databasePort: 3306, cachePort: 6379 }))
        if (others.ports.has(port))
          assert.match(
            output,
            new RegExp(`Differs from production: dmm-env:${key} is \\d+ instead of ${port}\\.`),
          );
      const exposed = globSync("**/*", { cwd: checkout.home })
        .map((path) => join(checkout.home, path))
        .filter((path) => (statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o002)
        .filter((path) => !statSync(path).isSocket());
      assert.deepEqual(exposed, []);
    },
  );

  t.test(
    "claims of access, gateway, OAuth2 server and secrets are proven there",
    { timeout: 200_000 },
    async () => {
      const suites = ["access", "gateway", "oauth2", "secrets"].flatMap((suite) => ["--suite", suite]);
      const { code, output } = await run("0777", ["verify", name, ...suites]);
      assert.equal(code, 0, output);
    },
  );

  t.test("down leaves nothing, even if its output has no reader", { timeout: 200_000 }, async () => {
    const { code } = await run("0777", ["down", name, "--json"], false);
    assert.equal(code, 0);
    assert.deepEqual(findLeftovers(findHome({ DMM_ENV_HOME: checkout.home })), []);
    assert.equal(others.asked, 0, "requests reached another program");
  });
});
