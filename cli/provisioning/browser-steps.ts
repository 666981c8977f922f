import { relative } from "node:path";
import { grantFiles } from "../access/grants.ts";
import type { Ingress } from "../access/ingress.ts";
import type { EnvironmentFolder } from "../home.ts";

/** Where a person administers the platform: the other host of the ingress. */
export function findAdminUrl({ url }: Ingress): string {
  const admin = new URL(url);
  admin.hostname = `admin.${admin.hostname}`;
  return admin.origin;
}

/**
 * How a person reaches an environment with a browser: on the local target, whose names are in no DNS, how the browser
 * finds the address, and what to import there. Nothing of it changes the system by itself.
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
          // A Chromium that runs already with the same folder would take no rules.
          `  chromium --user-data-dir="$HOME/.config/dmm-env-browser/${ingress.host}" --host-resolver-rules='${rules}'`,
          `  or, for any browser, in /etc/hosts: ${address} ${hosts.join(" ")}`,
          // There, because a browser may keep authorities by profile.
          `  in that browser, import ${shown(ingress.authorityFile)} as a certificate authority for websites`,
        ]
      : []),
    `  in that browser, import ${shown(files.bundle)} as your certificate (password: ${shown(files.password)})`,
  ];
}

/** Relative where that is shorter: the command is pasted where dmm-env was typed. */
export function shown(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith("..") ? file : path;
}
