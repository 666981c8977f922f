/** Library modules that its types do not declare separately. */
declare module "oidc-provider/lib/provider.js" {
  export const Provider: typeof import("oidc-provider").default;
}

declare module "oidc-provider/lib/helpers/errors.js" {
  const errors: typeof import("oidc-provider").errors;
  export = errors;
}

declare module "oidc-provider/lib/helpers/challenge.js" {
  /** Time-based values derived from a 32-byte secret: all holders of the secret agree on them. */
  export default class ServerChallenge {
    constructor(secret: Buffer, info: string);
    nextChallenge(): string;
    checkChallenge(challenge: string): boolean;
  }
}

declare module "oidc-provider/lib/helpers/re_render_errors.js" {
  /** Shown on the page where users enter a device's code. */
  export class AlreadyUsedError extends Error {
    constructor(userCode: string);
  }
}

declare module "oidc-provider/lib/helpers/interaction_policy/index.js" {
  const policy: typeof import("oidc-provider").interactionPolicy;
  export = policy;
}
