/** A viewer sees everything but secrets; an editor changes it. */
export type Role = "viewer" | "editor";

export const roles = ["viewer", "editor"] as const satisfies readonly Role[];
