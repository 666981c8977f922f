import type Provider from "oidc-provider";
import type { ReplayMemory } from "../tokens/replay-memory.ts";
import { lifetimes } from "./lifetimes.ts";

interface DeviceCodeModel {
  readonly prototype: { save(this: DeviceCode, ...rest: unknown[]): Promise<unknown> };
}

interface DeviceCode {
  readonly jti: string;
  readonly userCode: string;
}

/**
 * Lets one person decide about a device's code. The library reads whether there is a decision and writes one
 * later: of several concurrent decisions each would be reported as successful, and one of them would be wrong.
 */
export function decideOnce(provider: Provider, memory: ReplayMemory): void {
  const { prototype } = provider.DeviceCode as unknown as DeviceCodeModel;
  const { save } = prototype;
  /** Records decided by the current request, which may store them again. */
  const decided = new WeakSet<DeviceCode>();
  prototype.save = async function (...rest) {
    const context = (provider.constructor as typeof Provider).ctx;
    if (context?.oidc.route === "code_verification" && !decided.has(this)) {
      if (!(await memory.isFirst("device-code", [this.jti], lifetimes.deviceCode))) {
        const { AlreadyUsedError } = await import("oidc-provider/lib/helpers/re_render_errors.js");
        throw new AlreadyUsedError(this.userCode);
      }
      decided.add(this);
    }
    return await save.apply(this, rest);
  };
}
