/** Parts of the library that its types know by its index only. */
declare module "oidc-provider/lib/provider.js" {
  export const Provider: typeof import("oidc-provider").default;
}

declare module "oidc-provider/lib/helpers/errors.js" {
  const errors: typeof import("oidc-provider").errors;
  export = errors;
}

declare module "oidc-provider/lib/helpers/challenge.js" {
  /** Values that change with time, made of a secret of 32 bytes: whoever has it agrees on them. */
  export default class ServerChallenge {
    constructor(secret: Buffer, info: string);
    nextChallenge(): string;
    checkChallenge(challenge: string): boolean;
  }
}

declare module "oidc-provider/lib/helpers/re_render_errors.js" {
  /** Shown on the page where people enter the code of a device. */
  export class AlreadyUsedError extends Error {
    constructor(userCode: string);
  }
}

declare module "oidc-provider/lib/helpers/interaction_policy/index.js" {
  const policy: typeof import("oidc-provider").interactionPolicy;
  export = policy;
}
