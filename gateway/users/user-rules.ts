import { hasInvisible } from "../page/invisible.ts";

/** A user's profile, without the password. */
export interface UserProfile {
  /** The login name; case-insensitive. */
  readonly name: string;
  /** Display name. */
  readonly displayName: string;
  readonly email: string | null;
}

export const userLimits = { name: 100, displayName: 200, email: 254 } as const;

const namePattern = /^[a-z0-9][a-z0-9._@-]{0,99}$/i;

/** One problem of a profile. */
export interface ProfileProblem {
  readonly field: keyof UserProfile;
  readonly message: string;
}

/** Trims and normalizes the fields; the display name defaults to the name. */
export function normalizeProfile(profile: {
  readonly name: string;
  readonly displayName?: string | undefined;
  readonly email?: string | null | undefined;
}): UserProfile {
  const name = profile.name.trim();
  const displayName = (profile.displayName ?? "").normalize("NFC").trim().replace(/ {2,}/g, " ");
  const email = (profile.email ?? "").trim();
  return {
    name: name.toLowerCase(),
    displayName: displayName === "" ? name : displayName,
    email: email === "" ? null : email,
  };
}

/** All problems of a normalized profile. */
export function findProfileProblems({ name, displayName, email }: UserProfile): readonly ProfileProblem[] {
  const problems: ProfileProblem[] = [];
  if (!namePattern.test(name))
    problems.push({
      field: "name",
      message: `A name must have 1 to ${userLimits.name} characters (letters a to z, digits, . _ @ -) and start with a letter or digit.`,
    });
  if (displayName.length > userLimits.displayName)
    problems.push({
      field: "displayName",
      message: `The display name has ${displayName.length} characters; the maximum is ${userLimits.displayName}.`,
    });
  if (hasInvisible(displayName))
    problems.push({ field: "displayName", message: "It contains an invisible character." });
  // Only mail delivery can prove an address; this refuses what cannot be one.
  if (email !== null && (email.length > userLimits.email || !/^[!-~]+@[!-~]+$/.test(email)))
    problems.push({ field: "email", message: `${JSON.stringify(email)} is not a valid email address.` });
  return problems;
}
