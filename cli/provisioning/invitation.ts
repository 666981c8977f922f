import { grantFiles } from "../access/grants.ts";
import type { Entrance } from "../access/ingress.ts";
import { operatorGrant } from "../access/operator-grant.ts";
import type { EnvironmentFolder } from "../home.ts";
import { chalk } from "../report/style.ts";
import { renderBrowserSteps, shown } from "./browser-steps.ts";
import { tokenHeaderFile } from "./prove-serving.ts";

/** A curl command that works as it is: the insider's certificate and the token come from files. */
export function renderCurl(
  entrance: Entrance,
  folder: EnvironmentFolder,
  grant: string = operatorGrant,
): string {
  const files = grantFiles(folder.access, grant);
  const { hostname, port } = new URL(entrance.url);
  const words = [
    "curl",
    ...(entrance.authorityFile
      ? [
          "--resolve",
          `${hostname}:${port || 443}:${entrance.connect.host}`,
          "--cacert",
          shown(entrance.authorityFile),
        ]
      : []),
    "--cert",
    shown(files.certificate),
    "--key",
    shown(files.key),
    "-H",
    `@${shown(tokenHeaderFile(folder.access))}`,
    `${entrance.url}/verify/echo`,
  ];
  return words.map(quote).join(" ");
}

/** What `up` leaves an operator with: the address, a request to try, the next command. */
export function renderInvitation(
  name: string,
  entrance: Entrance,
  folder: EnvironmentFolder,
  expires: string,
): readonly string[] {
  return [
    "",
    `${chalk.bold(name)} serves insiders at ${chalk.cyan(entrance.url)} until ${expires}.`,
    "",
    `  ${renderCurl(entrance, folder)}`,
    "",
    ...renderBrowserSteps(entrance, folder, operatorGrant),
    "",
    `Next: ${chalk.bold(`dmm-env verify ${name}`)}`,
  ];
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
