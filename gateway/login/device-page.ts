import { type Html, html } from "../page/html.ts";

/** The form's hidden value that proves that this server rendered it. */
interface DeviceForm {
  readonly action: string;
  readonly csrf: string;
}

export function renderDeviceInput(
  form: DeviceForm,
  { code, error }: { code?: string | undefined; error?: string | undefined },
): Html {
  return html`<h1>Connect a device</h1>
<p>Enter the code shown on your device.</p>
${error === undefined ? undefined : html`<p class="error" role="alert">${error}</p>`}
<form method="post" action="${form.action}">
<input type="hidden" name="xsrf" value="${form.csrf}">
<label for="code">Code</label>
<input type="text" class="code" id="code" name="user_code" value="${code ?? ""}" autocomplete="off"
 autocapitalize="characters" spellcheck="false" maxlength="20" placeholder="XXXX-XXXX" required autofocus>
<div class="actions"><button class="primary" type="submit">Continue</button></div>
</form>`;
}

export interface DeviceConfirmation extends DeviceForm {
  readonly code: string;
  readonly clientName: string;
  /** Address of the device's request. */
  readonly address?: string | undefined;
}

export function renderDeviceConfirmation(page: DeviceConfirmation): Html {
  return html`<h1>Is this your device?</h1>
<p><strong>${page.clientName}</strong> is asking to connect to your account. Check that your device shows this code:</p>
<p class="code">${page.code}</p>
${page.address === undefined ? undefined : html`<p class="soft">The request came from ${page.address}.</p>`}
<p class="soft">If someone sent you this code, or the device is not in front of you, do not connect it: it would give the
person who has the device access to your account.</p>
<form method="post" action="${page.action}">
<input type="hidden" name="xsrf" value="${page.csrf}">
<input type="hidden" name="user_code" value="${page.code}">
<input type="hidden" name="confirm" value="yes">
<div class="actions">
<button class="primary" type="submit">Connect this device</button>
<button type="submit" name="abort" value="yes">Cancel</button>
</div>
</form>`;
}

export function renderDeviceConnected(clientName: string): Html {
  return html`<h1>Device connected</h1>
<p>${clientName} is connected and continues automatically. You can close this page.</p>`;
}
