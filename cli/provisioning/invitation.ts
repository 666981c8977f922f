import { grantFiles } from "../access/grants.ts";
import type { Ingress } from "../access/ingress.ts";
import { operatorGrant } from "../access/operator-grant-name.ts";
import type { EnvironmentFolder } from "../home.ts";
import { chalk } from "../report/style.ts";
import { renderBrowserSteps, shown } from "./browser-steps.ts";
import { tokenHeaderFile } from "./prove-serving.ts";

/** A complete curl command: the insider's certificate and the token come from files. */
export function renderCurl(
  ingress: Ingress,
  folder: EnvironmentFolder,
  grant: string = operatorGrant,
): string {
  const files = grantFiles(folder.access, grant);
  const { hostname, port } = new URL(ingress.url);
  const args = [
    "curl",
    ...(ingress.authorityFile
      ? [
          "--resolve",
          `${hostname}:${port || 443}:${ingress.connect.host}`,
          "--cacert",
          shown(ingress.authorityFile),
        ]
      : []),
    "--cert",
    shown(files.certificate),
    "--key",
    shown(files.key),
    "-H",
    `@${shown(tokenHeaderFile(folder.access))}`,
    `${ingress.url}/verify/echo`,
  ];
  return args.map(quote).join(" ");
}

/** The final output of `up`: the address, a request to try, the next command. */
export function renderInvitation(
  name: string,
  ingress: Ingress,
  folder: EnvironmentFolder,
  expires: string,
): readonly string[] {
  return [
    "",
    `${chalk.bold(name)} serves insiders at ${chalk.cyan(ingress.url)} until ${expires}.`,
    "",
    `  ${renderCurl(ingress, folder)}`,
    "",
    ...renderBrowserSteps(ingress, folder, operatorGrant),
    "",
    `Next: ${chalk.bold(`dmm-env verify ${name}`)}`,
  ];
}

function quote(arg: string): string {
  return /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`;
}
