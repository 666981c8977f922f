/**
 * Characters that are invisible or reorder adjacent text: they can make one name look like another. Joiners are
 * allowed, because scripts and emoji need them.
 */
const invisible = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;

export function hasInvisible(text: string): boolean {
  return invisible.test(text);
}
