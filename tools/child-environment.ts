import { isAbsolute } from "node:path";

/**
 * Purpose of a child process, which decides what it gets of the operator's environment. `local`: part of the local
 * target, the same on every machine. `cloud`: uses AWS or a remote state backend. `tools`: obtains or probes a
 * tool.
 */
export type Purpose = "local" | "cloud" | "tools";

type Variables = Readonly<Record<string, string | undefined>>;

const everywhere = /^(?:PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TERM)$/;
const proxies = /^(?:https?|all|no)_proxy$/i;
const authorities = /^(?:SSL_CERT_FILE|SSL_CERT_DIR|CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE|NODE_EXTRA_CA_CERTS)$/;
const cloud = /^(?:(?:AWS|AZURE|ARM|GOOGLE|GCLOUD|CLOUDSDK)_\w+|PULUMI_ACCESS_TOKEN|XDG_CONFIG_HOME)$/;
/** Access to package registries, and version managers. Nothing that changes the result of a build. */
const registries =
  /^(?:GO(?:PROXY|SUMDB|NOSUMDB|NOPROXY|PRIVATE|INSECURE|AUTH|VCS|PATH|CACHE|MODCACHE|ROOT|TOOLCHAIN|ENV)|PIP_(?:INDEX_URL|EXTRA_INDEX_URL|TRUSTED_HOST|CERT|CLIENT_CERT|PROXY|CONFIG_FILE|CACHE_DIR|FIND_LINKS|NO_INDEX)|NETRC|APT_CONFIG|XDG_\w+|(?:PYENV|ASDF|MISE)_\w+)$/;

const allowed: Readonly<Record<Purpose, readonly RegExp[]>> = {
  local: [everywhere],
  cloud: [everywhere, proxies, authorities, cloud],
  tools: [everywhere, proxies, authorities, registries],
};

/**
 * Variables of the operator's shell that must not affect this process either: it calls the local region itself.
 */
const unwanted =
  /^(?:AWS_\w+|PULUMI_(?!BACKEND_URL$)\w+|(?:https?|all|no|grpc|no_grpc)_proxy|GRPC_\w+|NODE_OPTIONS|NODE_USE_ENV_PROXY|NODE_TLS_REJECT_UNAUTHORIZED)$/i;

/** Output of tools is parsed, so the locale is neutral. */
const locale = { LANG: "C.UTF-8", LC_ALL: "C.UTF-8" } as const;

/** Otherwise the AWS SDKs would read the operator's files and query the instance metadata service. */
const noAws = {
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  AWS_EC2_METADATA_DISABLED: "true",
} as const;

const hidden: Record<string, string | undefined> = {};

/** The environment of a child process: built from an allow-list, never inherited. */
export function childEnvironment(purpose: Purpose): Record<string, string> {
  const operators: Variables = { ...process.env, ...hidden };
  const taken = Object.entries(operators).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && allowed[purpose].some((pattern) => pattern.test(entry[0])),
  );
  const variables = { ...Object.fromEntries(taken), PATH: absoluteFolders(operators.PATH), ...locale };
  return purpose === "local" ? { ...variables, ...noAws } : variables;
}

/**
 * Removes the operator's settings for AWS, Pulumi, proxies and Node from this process and keeps them for the
 * children that need them. Called once, before anything reads them.
 */
export async function hideOperatorEnvironment(): Promise<void> {
  const proxied = process.env.NODE_USE_ENV_PROXY || /use-env-proxy/.test(process.env.NODE_OPTIONS ?? "");
  for (const name of Object.keys(process.env).filter((name) => unwanted.test(name))) {
    hidden[name] = process.env[name];
    delete process.env[name];
  }
  Object.assign(process.env, noAws);
  // Node has already configured its global agents with the proxies; this disables them for every host.
  if (proxied) {
    const { setGlobalProxyFromEnv } = await import("node:http");
    setGlobalProxyFromEnv({ http_proxy: "http://127.0.0.1:9", no_proxy: "*" });
  }
}

/** Restores the operator's AWS settings in this process: on the target `aws` they select account and access. */
export function admitAwsEnvironment(): void {
  for (const name of Object.keys(noAws)) delete process.env[name];
  for (const [name, value] of Object.entries(hidden)) {
    if (/^AWS_/.test(name)) process.env[name] = value;
  }
}

/** The operator's proxies, for this process's own downloads. */
export function readProxies(): {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  readonly noProxy?: string;
} {
  const variables = childEnvironment("tools");
  const read = (name: string) => variables[name] || variables[name.toUpperCase()];
  const [httpProxy, httpsProxy, noProxy] = [read("http_proxy"), read("https_proxy"), read("no_proxy")];
  return { ...(httpProxy && { httpProxy }), ...(httpsProxy && { httpsProxy }), ...(noProxy && { noProxy }) };
}

/** A relative folder depends on the current one, which must not choose what runs. */
function absoluteFolders(path = "/usr/local/bin:/usr/bin:/bin"): string {
  return path.split(":").filter(isAbsolute).join(":");
}
