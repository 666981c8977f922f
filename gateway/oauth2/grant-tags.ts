import type Provider from "oidc-provider";
import { computeGrantTag } from "../tokens/token-key.ts";

interface Model {
  readonly prototype: { grantId?: string; generateTokenId(): string };
}

/**
 * Every token of a grant starts with the grant's tag, before its 256 random bits: revoking the grant is one write.
 */
export function tagTokens(provider: Provider): void {
  const models = [provider.AccessToken, provider.RefreshToken, provider.AuthorizationCode];
  for (const { prototype } of models as unknown as readonly Model[]) {
    const generate = prototype.generateTokenId;
    prototype.generateTokenId = function () {
      if (this.grantId === undefined) throw new Error("A token without a grant could not be revoked.");
      return computeGrantTag(this.grantId) + generate.call(this);
    };
  }
}
