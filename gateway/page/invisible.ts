/**
 * Characters that nobody sees, or that turn the order of what stands around them: with them one name can look like
 * another. Joiners are left, because scripts and emoji need them.
 */
const invisible = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;

export function hasInvisible(text: string): boolean {
  return invisible.test(text);
}
