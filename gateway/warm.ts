import { flushCompileCache } from "node:module";

/**
 * Loads every role's modules without starting any, so that the compile cache (`NODE_COMPILE_CACHE`) is full when the
 * first real process starts. Run while the image is built.
 */
export async function warmCompileCache(): Promise<void> {
  await Promise.all([
    import("./gateway.ts"),
    import("./admin/admin.ts"),
    import("./admin/site.ts"),
    import("./stub/stub.ts"),
    import("./health-probe.ts"),
    import("oidc-provider"),
    import("./login/interaction.ts"),
    import("./login/users.ts"),
    import("./oauth2/userinfo.ts"),
    import("./tracing/tracing.ts"),
    import("umzug"),
    import("@aws-sdk/client-firehose"),
  ]);
  flushCompileCache();
}
