import { type Check, fail, pass } from "../check.ts";
import { addPersonClient, authorize, requireLogin } from "./user-client.ts";

export const anUnregisteredRedirectUriIsRefused: Check = {
  claim: "an unregistered redirect uri is refused",
  proof: "seven URIs similar to the registered one are rejected without a redirect",
  timeoutMs: 20_000,
  async run(context) {
    const client = await addPersonClient(context);
    await requireLogin(context, client);
    const registered = new URL(client.redirectUri);
    // RFC 9700 section 4.1.1: compared exactly, or one of these would belong to someone else.
    const others = [
      "https://elsewhere.example.net/callback",
      `${client.redirectUri}/below`,
      `${client.redirectUri}?more=1`,
      `http://${registered.host}${registered.pathname}`,
      `https://${registered.host}.example.net${registered.pathname}`,
      `https://${registered.host}@elsewhere.example.net${registered.pathname}`,
      `https://${registered.host}:8443${registered.pathname}`,
    ];
    for (const uri of others) {
      const { status, location } = await authorize(context, client, {
        what: uri,
        change: { redirect_uri: uri },
      });
      if (location !== undefined) return fail(`a request for ${uri} is sent on to ${location.origin}`);
      if (status < 400 || status > 499)
        return fail(`a request for ${uri} should be rejected but got ${status}`);
    }
    return pass(`${others.length} addresses that are not registered are refused without a redirect`);
  },
};
