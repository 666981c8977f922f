import { hash } from "node:crypto";
import type Provider from "oidc-provider";
import type { errors as OAuth2Errors } from "oidc-provider";
import type { Primaries } from "../redis/primaries.ts";
import { devicePollSeconds } from "./lifetimes.ts";

/** Slightly less than the advertised interval: a device's clock and the network are inexact. */
const leastMs = devicePollSeconds * 1000 - 500;

interface DeviceCodes {
  find(
    value: string,
    options?: object,
  ): Promise<{ accountId?: string; error?: string; isExpired: boolean } | undefined>;
}

/** RFC 8628 section 3.5: a device that polls too fast gets `slow_down`; the library does not enforce it. */
export function paceDevices(provider: Provider, primaries: Primaries, errors: typeof OAuth2Errors): void {
  const codes = provider.DeviceCode as unknown as DeviceCodes;
  const find = codes.find.bind(codes);
  codes.find = async (value, options) => {
    const code = await find(value, options);
    const context = (provider.constructor as typeof Provider).ctx;
    if (
      code === undefined ||
      context?.oidc.route !== "token" ||
      code.accountId ||
      code.error ||
      code.isExpired
    )
      return code;
    const key = `oauth2:poll:${hash("sha256", value, "base64url")}`;
    const command = ["SET", key, "1", "NX", "PX", String(leastMs)];
    if ((await primaries.read(key, command)) !== "OK") throw new errors.SlowDown();
    return code;
  };
}
