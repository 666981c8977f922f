import assert from "node:assert/strict";
import { readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { test } from "tap";
import { readRecord, writeRecord } from "../../cli/environment/record.ts";
import { environmentFolder } from "../../cli/home.ts";
import { readRegionAddress } from "../../cli/region/address.ts";
import { findLeftovers } from "./left-over.ts";
import { runCommandLine, startCommandLine } from "./started-command.ts";
import { TemporaryHome } from "./temporary-home.ts";

const name = "feature-x";

test("a running environment", { timeout: 900_000 }, async (t) => {
  const folder = new TemporaryHome();
  const { home } = folder;
  const place = environmentFolder(home, name);
  const run = (...args: readonly string[]) => runCommandLine(folder.directory, ...args);
  const runJson = async (...args: readonly string[]) => JSON.parse((await run(...args, "--json")).stdout);
  let invitation = "";

  t.before(async () => {
    const { code, stdout, stderr } = await run("up", name, "--for", "2h");
    assert.equal(code, 0, stderr);
    invitation = stdout;
  });

  t.teardown(async () => {
    await run("down", name);
    folder[Symbol.dispose]();
  });

  t.test(
    "serves the curl command that up prints, which has neither token nor key in its arguments",
    async () => {
      const curl = /^ {2}(curl .+)$/m.exec(invitation)?.[1] ?? "";
      assert.match(invitation, /Next: dmm-env verify feature-x/);
      assert.doesNotMatch(curl, /Bearer|BEGIN/);
      const { stdout } = await execa("sh", ["-c", `${curl} --silent --fail`], { stdin: "ignore" });
      assert.equal(JSON.parse(stdout).path, "/verify/echo");
    },
  );

  t.test("is shown by status and list as serving, as text and as JSON", async () => {
    const status = await runJson("status", name);
    assert.equal(status.exitCode, 0);
    assert.equal(status.serving, true);
    assert.equal(status.stage, "up");
    assert.deepEqual(
      status.insiders.map((insider: { name: string }) => insider.name),
      ["operator"],
    );
    const [row] = (await runJson("list")).environments;
    assert.deepEqual(
      { ...row, owner: "", expires: "" },
      {
        name,
        target: "local",
        stage: "up",
        now: "serving",
        owner: "",
        expires: "",
        url: status.url,
      },
    );
    assert.match((await run("status", name)).stdout, /serving at https:\/\/feature-x\./);
  });

  t.test("is not changed by another up", async () => {
    const again = await runJson("up", name);
    assert.equal(again.exitCode, 0);
    assert.deepEqual(Object.keys(again.changes), ["same"]);
  });

  t.test("admits an insider who was granted access, until it is revoked", async () => {
    const granted = await runJson("access", "grant", name, "jane", "--for", "10m");
    assert.equal(granted.exitCode, 0);
    assert.equal(statSync(granted.key).mode & 0o777, 0o600);
    assert.equal(
      (await runJson("access", "grant", name, "jane", "--for", "10m")).error.code,
      "DMM_GRANT_EXISTS",
    );
    const revoked = await runJson("access", "revoke", name, "jane");
    assert.equal(revoked.exitCode, 0);
    assert.match(revoked.refusal, /CERTIFICATE|ECONNRESET|socket/i);
    assert.equal((await runJson("access", "revoke", name, "jane")).exitCode, 0);
    assert.equal((await runJson("access", "revoke", name, "nobody")).error.code, "DMM_GRANT_UNKNOWN");
    const { grants } = await runJson("access", "list", name);
    assert.deepEqual(
      grants.map((grant: { name: string; state: string }) => `${grant.name} ${grant.state}`),
      ["jane revoked", "operator valid"],
    );
  });

  t.test("is not verified by an operator whose own access was revoked, and status reports why", async () => {
    assert.equal((await run("access", "revoke", name, "operator")).code, 0);
    const refused = await runJson("verify", name);
    assert.equal(refused.exitCode, 3);
    assert.equal(refused.error.code, "DMM_OPERATOR_REFUSED");
    assert.match(refused.error.message, /was revoked at 20/);
    const status = await run("status", name);
    assert.equal(status.code, 3);
    assert.match(
      status.stdout,
      /not serving: .*operator's grant.* was revoked[\s\S]*→ Issue a new one: dmm-env up feature-x/,
    );
    assert.doesNotMatch(status.stdout, /SSL|OPENSSL/i);
    // Proves by a request of the operator that it serves.
    assert.equal((await runJson("up", name)).exitCode, 0);
  });

  t.test("is the default of commands without a name while it is the only one", async () => {
    const status = await runJson("status");
    assert.equal(status.environment, name);
    assert.equal(status.chosen.name, name);
    const { stderr } = await run("logs", "engine", "--lines", "1");
    assert.match(stderr.split("\n")[0] ?? "", /Environment feature-x: the only environment\./);
  });

  t.test("is locked for a second command while one changes it, except for revoking", async () => {
    await run("access", "grant", name, "joe", "--for", "10m");
    const verify = startCommandLine(folder.directory, "verify", name, "--suite", "gateway");
    await verify.says("run checks …");
    const busy = await runJson("down", name);
    assert.equal(busy.exitCode, 3);
    assert.equal(busy.error.code, "DMM_ENVIRONMENT_BUSY");
    assert.match(busy.error.message, new RegExp(`process ${verify.process.pid} since 20`));
    assert.equal((await runJson("access", "revoke", name, "joe")).exitCode, 0);
    assert.equal((await verify.ended).code, 0);
  });

  t.test("shows the logs of its components by a prefix of their names", async () => {
    for (const [part, tasks] of [
      ["task/gateway", 3],
      ["task/admin", 1],
    ] as const) {
      const selected = (await runJson("logs", name, part)).logs as readonly { component: string }[];
      assert.ok(
        selected.length >= tasks && selected.every((log) => log.component.startsWith(`${part}/`)),
        part,
      );
    }
    assert.equal((await runJson("logs", name, "engine")).exitCode, 0);
    assert.equal((await runJson("logs", name, "region")).exitCode, 0);
    const { logs } = await runJson("logs", name, "task/", "--lines", "1");
    assert.ok(logs.length >= 5);
    assert.ok(
      logs.every(
        (log: { component: string; lines: unknown[] }) =>
          log.component.startsWith("task/") && log.lines.length <= 1,
      ),
    );
    assert.equal((await runJson("logs", name, "kafka")).error.code, "DMM_LOG_UNKNOWN");
  });

  t.test("keeps its secrets out of logs, state and the arguments of processes", async () => {
    const authorization = readFileSync(join(place.access, "authorization.header"), "utf8")
      .trim()
      .split(" ")
      .at(-1)!;
    const passphrase = readFileSync(home.passphrase, "utf8").trim();
    const { stdout: commands } = await execa("ps", ["-eo", "args", "-ww"], { stdin: "ignore" });
    const engine = readFileSync(join(place.logs, "engine.log"), "utf8");
    for (const secret of [authorization, passphrase]) {
      assert.ok(!commands.includes(secret));
      assert.ok(!engine.includes(secret));
    }
  });

  t.test("refuses another target, and a gate of the same name", async () => {
    assert.equal((await runJson("up", name, "--target", "aws")).error.code, "DMM_TARGET_MISMATCH");
    assert.equal((await runJson("gate", name)).error.code, "DMM_NAME_IN_USE");
  });

  t.test("reports an edited record, and up refuses to guess", async () => {
    const record = readRecord(home, name)!;
    writeFileSync(place.record, '{"name": "feature-x", "netw');
    for (const args of [["status"], ["up"], ["verify"]]) {
      assert.equal((await runJson(...args, name)).error.code, "DMM_RECORD_UNREADABLE");
    }
    assert.equal((await runJson("list")).environments[0].stage, "damaged");
    writeRecord(home, record);
  });

  t.test("reports a killed region, and up restarts it with all its resources", async () => {
    const region = readRegionAddress(place.region)!;
    process.kill(region.pid, "SIGKILL");
    assert.equal((await runJson("verify", name)).error.code, "DMM_REGION_DOWN");
    const again = await runJson("up", name);
    assert.equal(again.exitCode, 0, JSON.stringify(again.error));
    assert.equal((await runJson("status", name)).serving, true);
  });

  t.test("is torn down without leftovers although record, state and ledger are damaged", async () => {
    writeFileSync(place.record, "[]");
    truncateSync(join(home.state, ".pulumi", "stacks", "dmm-env", `${name}.json`), 1_000);
    const down = await runJson("down", name);
    assert.equal(down.exitCode, 0, JSON.stringify(down));
    assert.ok(down.workarounds.length >= 2);
    assert.deepEqual(down.leftovers, []);
    assert.deepEqual(findLeftovers(home), []);
    assert.equal((await runJson("down", name)).error.code, "DMM_ENVIRONMENT_UNKNOWN");
  });
});
