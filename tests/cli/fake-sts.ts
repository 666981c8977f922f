import { once } from "node:events";
import { createServer } from "node:http";
import type { Test } from "tap";

/** An endpoint that implements only AWS STS. */
export interface FakeSts {
  readonly url: string;
  /** Requested operations, in order; other services by their request line. */
  readonly requests: readonly string[];
  /** Account of the caller, from now on. */
  account: string;
}

/** Starts STS at a separate address. It implements GetCallerIdentity and refuses everything else. */
export async function startFakeSts(t: Test, address: string, account: string): Promise<FakeSts> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      const action = new URLSearchParams(body).get("Action");
      requests.push(action ?? `${request.method} ${request.url}`);
      if (action === "GetCallerIdentity")
        response.setHeader("content-type", "text/xml").end(render(sts.account));
      else response.writeHead(403).end();
    });
  }).listen(0, address);
  await once(server, "listening");
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as { port: number };
  const sts = { url: `http://${address}:${port}`, requests, account };
  return sts;
}

function render(account: string): string {
  return `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::${account}:user/jane</Arn><UserId>AIDA</UserId><Account>${account}</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;
}
