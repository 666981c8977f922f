import assert from "node:assert/strict";
import { join } from "node:path";
import { execaSync } from "execa";
import { test } from "tap";
import type { Purpose } from "../../tools/child-environment.ts";

const module = join(import.meta.dirname, "..", "..", "tools", "child-environment.ts");

const operators = {
  PATH: "bin::/usr/bin:.:/bin",
  HOME: "/home/jane",
  TERM: "xterm",
  LANG: "tr_TR.UTF-8",
  LC_ALL: "de_DE",
  LD_PRELOAD: "",
  https_proxy: "http://proxy.example.com:3128",
  HTTP_PROXY: "http://proxy.example.com:3128",
  grpc_proxy: "http://proxy.example.com:3128",
  NODE_USE_ENV_PROXY: "1",
  NODE_OPTIONS: "--max-http-header-size=100000",
  NODE_TLS_REJECT_UNAUTHORIZED: "0",
  AWS_PROFILE: "production",
  AWS_USE_FIPS_ENDPOINT: "true",
  PULUMI_OPTION_PARALLEL: "1",
  PULUMI_BACKEND_URL: "file:///state",
  PULUMI_ACCESS_TOKEN: "token",
  GOPROXY: "https://go.example.com",
  GOFLAGS: "-mod=vendor",
  PIP_INDEX_URL: "https://pip.example.com",
  PIP_TARGET: "/elsewhere",
};

/** Evaluates an expression in a process with the operator's environment. */
function evaluate(expression: string): unknown {
  const program = `const m = await import(${JSON.stringify(module)}); await m.hideOperatorEnvironment(); console.log(JSON.stringify(${expression}));`;
  const { stdout } = execaSync(process.execPath, ["--input-type=module", "--eval", program], {
    env: operators,
    extendEnv: false,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return JSON.parse(stdout);
}

const childOf = (purpose: Purpose) => evaluate(`m.childEnvironment("${purpose}")`) as Record<string, string>;

test("a process of the local target gets nothing of the operator's environment except program and temporary folders", async () => {
  assert.deepEqual(childOf("local"), {
    PATH: "/usr/bin:/bin",
    HOME: "/home/jane",
    TERM: "xterm",
    LANG: "C.UTF-8",
    LC_ALL: "C.UTF-8",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  });
});

test("a process that uses AWS gets the operator's AWS settings and proxies, and none of Pulumi's options", async () => {
  const child = childOf("cloud");
  assert.equal(child.AWS_PROFILE, "production");
  assert.equal(child.https_proxy, operators.https_proxy);
  assert.equal(child.PULUMI_ACCESS_TOKEN, "token");
  for (const name of ["PULUMI_OPTION_PARALLEL", "NODE_OPTIONS", "grpc_proxy", "GOFLAGS"])
    assert.equal(child[name], undefined, name);
});

test("a process that obtains a tool gets proxies and registries, and nothing that changes what is built", async () => {
  const child = childOf("tools");
  assert.equal(child.GOPROXY, operators.GOPROXY);
  assert.equal(child.PIP_INDEX_URL, operators.PIP_INDEX_URL);
  assert.equal(child.HTTP_PROXY, operators.HTTP_PROXY);
  for (const name of ["AWS_PROFILE", "GOFLAGS", "PIP_TARGET", "NODE_OPTIONS", "LD_PRELOAD"])
    assert.equal(child[name], undefined, name);
  assert.deepEqual(evaluate("m.readProxies()"), {
    httpProxy: operators.HTTP_PROXY,
    httpsProxy: operators.https_proxy,
  });
});

test("the command line itself keeps the location of the state, and gets the AWS settings on the target aws only", async () => {
  const own = evaluate("process.env") as Record<string, string>;
  const unwanted = /^(AWS_PROFILE|AWS_USE_FIPS_ENDPOINT|PULUMI_(?!BACKEND)|.*_proxy|NODE_)/i;
  assert.deepEqual(
    Object.keys(own).filter((name) => unwanted.test(name)),
    [],
  );
  assert.equal(own.PULUMI_BACKEND_URL, operators.PULUMI_BACKEND_URL);
  const onAws = evaluate("(m.admitAwsEnvironment(), process.env)") as Record<string, string>;
  assert.equal(onAws.AWS_PROFILE, "production");
  assert.equal(onAws.AWS_CONFIG_FILE, undefined);
  assert.equal(onAws.https_proxy, undefined);
});

test("Node's own proxies do not apply to requests of this process", async () => {
  const proxied = { ...operators, HTTP_PROXY: "http://127.0.0.1:2", https_proxy: "http://127.0.0.1:2" };
  const program = `
    const m = await import(${JSON.stringify(module)});
    await m.hideOperatorEnvironment();
    const { request } = await import("node:http");
    const url = "http://127.0.0.1:1/";
    const asked = await new Promise((resolve) => request(url).on("error", ({ port }) => resolve(port)).end());
    const fetched = await fetch(url).catch(({ cause }) => cause.port ?? cause.message);
    console.log(asked, fetched);`;
  const { stdout } = execaSync(process.execPath, ["--input-type=module", "--eval", program], {
    env: proxied,
    extendEnv: false,
    stdio: ["ignore", "pipe", "ignore"],
  });
  assert.equal(stdout, "1 bad port");
});
