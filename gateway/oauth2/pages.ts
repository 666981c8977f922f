import type Provider from "oidc-provider";
import type { ErrorOut, KoaContextWithOIDC } from "oidc-provider";
import type { Context } from "../login/context.ts";
import type { Login } from "../login/login.ts";
import type { Html } from "../page/html.ts";

/** Set where the application requested an unregistered redirect after signing out. */
export const staysHere = "staysHere";

/** Holds a code from the URL until the form shows it. */
export const prefilledCode = "prefilledCode";

/** Set where the user entered an invalid code. */
export const wrongCode = "wrongCode";

/** An HTML page for browsers, JSON for other clients. */
export async function sendError(context: Context, out: ErrorOut): Promise<void> {
  if (context.accepts("json", "html") !== "html") {
    context.body = out;
    return;
  }
  const { renderError } = await import("../login/plain-pages.ts");
  const { showPage } = await import("../login/page.ts");
  const content = renderError(out.error, out.error_description);
  showPage(context, { title: "Something went wrong", content });
}

/** The library's pages in our own style; each is loaded at its first use. */
export function createPages(issuer: URL, readLogin: () => Promise<Login>) {
  const show = async (context: KoaContextWithOIDC, title: string, content: Html, leadsTo?: string) => {
    const { showPage } = await import("../login/page.ts");
    showPage(context, { title, content, notice: (await readLogin()).notice, leadsTo });
  };
  return {
    showError: sendError,
    async showLogout(context: KoaContextWithOIDC): Promise<void> {
      const { renderLogout } = await import("../login/plain-pages.ts");
      const action = context.oidc.urlFor("end_session_confirm");
      const signedIn = context.oidc.session?.accountId !== undefined;
      const page = { action, csrf: readCsrf(context), host: issuer.host, signedIn };
      const content = renderLogout({ ...page, staysHere: context.state[staysHere] === true });
      await show(context, "Sign out", content, readLogoutTarget(context));
    },
    async showLoggedOut(context: KoaContextWithOIDC): Promise<void> {
      const { renderLoggedOut } = await import("../login/plain-pages.ts");
      await show(context, "Signed out", renderLoggedOut());
    },
    async showDeviceInput(
      context: KoaContextWithOIDC,
      _form: string,
      _out?: ErrorOut,
      error?: Error & { userCode?: string },
    ): Promise<void> {
      const { renderDeviceInput } = await import("../login/device-page.ts");
      // A user who aborts has entered a valid code.
      if (error !== undefined && error.name !== "AbortedError") context.state[wrongCode] = true;
      const form = { action: context.oidc.urlFor("code_verification"), csrf: readCsrf(context) };
      const code = error?.userCode ?? (context.state[prefilledCode] as string | undefined);
      const content = renderDeviceInput(form, { code, error: explainDeviceError(error) });
      await show(context, "Connect a device", content);
    },
    async showDeviceConfirmation(
      context: KoaContextWithOIDC,
      _form: string,
      client: InstanceType<Provider["Client"]>,
      device: Record<string, unknown>,
      code: string,
    ): Promise<void> {
      const { renderDeviceConfirmation } = await import("../login/device-page.ts");
      const content = renderDeviceConfirmation({
        action: context.oidc.urlFor("code_verification"),
        csrf: readCsrf(context),
        code,
        clientName: client.clientName ?? client.clientId ?? "An application",
        address: typeof device.ip === "string" ? device.ip : undefined,
      });
      await show(context, "Is this your device?", content);
    },
    async showDeviceConnected(context: KoaContextWithOIDC): Promise<void> {
      const { renderDeviceConnected } = await import("../login/device-page.ts");
      const { client } = context.oidc;
      const name = client?.clientName ?? client?.clientId ?? "Your device";
      await show(context, "Device connected", renderDeviceConnected(name));
    },
  };
}

/** The redirect after signing out; the library has checked it by then. */
export function readLogoutTarget({
  oidc,
}: {
  readonly oidc?: KoaContextWithOIDC["oidc"];
}): string | undefined {
  const uri = oidc?.params?.post_logout_redirect_uri;
  return typeof uri === "string" ? uri : undefined;
}

function readCsrf(context: KoaContextWithOIDC): string {
  const state = context.oidc.session?.state as { secret?: string } | undefined;
  return state?.secret ?? "";
}

function explainDeviceError(error: Error | undefined): string | undefined {
  if (error === undefined) return undefined;
  switch (error.name) {
    case "NoCodeError":
    case "NotFoundError":
      return "Incorrect code. Check the code on your device and try again.";
    case "ExpiredError":
      return "This code has expired. Request a new code on your device.";
    case "AlreadyUsedError":
      return "This code has already been used. Request a new code on your device.";
    case "AbortedError":
      return "The device was not connected.";
    default:
      return "Something went wrong. Enter the code again.";
  }
}
