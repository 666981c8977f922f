import { readAuthority } from "../../cli/access/authority.ts";
import { issueGrant } from "../../cli/access/issue-grant.ts";

/** Renews one grant repeatedly until it is killed; prints one line for each. */
const [access = ""] = process.argv.slice(2);
const authority = await readAuthority(access);
for (;;) {
  const request = { environment: "feature-x", name: "jane", lifetimeSeconds: 600, renew: true };
  console.log((await issueGrant(access, authority, request)).serial);
}
