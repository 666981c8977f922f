import { type Html, html } from "../page/html.ts";

/** The form's hidden value that proves that it is ours. */
interface DeviceForm {
  readonly action: string;
  readonly csrf: string;
}

export function renderDeviceInput(
  form: DeviceForm,
  { code, error }: { code?: string | undefined; error?: string | undefined },
): Html {
  return html`<h1>Connect a device</h1>
<p>Type the code that your device shows.</p>
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
  /** Where the device asked from. */
  readonly address?: string | undefined;
}

export function renderDeviceConfirmation(page: DeviceConfirmation): Html {
  return html`<h1>Is this your device?</h1>
<p><strong>${page.clientName}</strong> asks to be connected. It must show this code now:</p>
<p class="code">${page.code}</p>
${page.address === undefined ? undefined : html`<p class="soft">It asked from the address ${page.address}.</p>`}
<p class="soft">If somebody sent you this code, or you have no such device at hand, do not connect it: whoever has the
device would act for you.</p>
<form method="post" action="${page.action}">
<input type="hidden" name="xsrf" value="${page.csrf}">
<input type="hidden" name="user_code" value="${page.code}">
<input type="hidden" name="confirm" value="yes">
<div class="actions">
<button class="primary" type="submit">Connect this device</button>
<button type="submit" name="abort" value="yes">Do not connect</button>
</div>
</form>`;
}

export function renderDeviceConnected(clientName: string): Html {
  return html`<h1>Connected</h1>
<p>${clientName} is connected and goes on by itself. You can close this page.</p>`;
}
