/** A viewer sees everything but secrets; an editor may also change it. */
export type Role = "viewer" | "editor";

export const roles = ["viewer", "editor"] as const satisfies readonly Role[];
