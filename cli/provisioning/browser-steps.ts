import { relative } from "node:path";
import { grantFiles } from "../access/grants.ts";
import type { Ingress } from "../access/ingress.ts";
import type { EnvironmentFolder } from "../home.ts";

/** URL of the admin site: the other host of the ingress. */
export function findAdminUrl({ url }: Ingress): string {
  const admin = new URL(url);
  admin.hostname = `admin.${admin.hostname}`;
  return admin.origin;
}

/**
 * How to open an environment in a browser: on the local target, whose names are not in DNS, how the browser finds
 * the address, and what to import there. Changes nothing on the system.
 */
export function renderBrowserSteps(
  ingress: Ingress,
  folder: EnvironmentFolder,
  grant: string,
): readonly string[] {
  const files = grantFiles(folder.access, grant);
  const hosts = [ingress.host, `admin.${ingress.host}`];
  const { host: address } = ingress.connect;
  const rules = hosts.map((host) => `MAP ${host} ${address}`).join(",");
  return [
    `In a browser: ${findAdminUrl(ingress)} (administration)`,
    `  ${ingress.url} serves the APIs and their sign-in; its root has no page`,
    ...(ingress.authorityFile !== undefined
      ? [
          // A Chromium that already runs with the same folder would ignore the rules.
          `  chromium --user-data-dir="$HOME/.config/dmm-env-browser/${ingress.host}" --host-resolver-rules='${rules}'`,
          `  or, for any browser, in /etc/hosts: ${address} ${hosts.join(" ")}`,
          // There, because a browser may store authorities per profile.
          `  in that browser, import ${shown(ingress.authorityFile)} as a certificate authority for websites`,
        ]
      : []),
    `  in that browser, import ${shown(files.bundle)} as your certificate (password: ${shown(files.password)})`,
  ];
}

/** Relative if shorter: the command is pasted where dmm-env was run. */
export function shown(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith("..") ? file : path;
}
