export type Library = Pick<typeof import("oidc-provider"), "default" | "errors" | "interactionPolicy">;

/**
 * The modules of `oidc-provider` that its index exports. The index itself warns on standard error of every Node.js
 * release without long-term support, in a line that bypasses the log: the platform declares its Node.js version
 * (`engines` of its packages), and every other warning of the library stays.
 */
export async function loadLibrary(): Promise<Library> {
  const [{ Provider }, errors, interactionPolicy] = await Promise.all([
    import("oidc-provider/lib/provider.js"),
    import("oidc-provider/lib/helpers/errors.js"),
    import("oidc-provider/lib/helpers/interaction_policy/index.js"),
  ]);
  return { default: Provider, errors, interactionPolicy };
}
