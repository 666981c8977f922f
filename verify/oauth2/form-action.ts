/**
 * Whether a page's Content-Security-Policy allows a form target. Browsers apply `form-action` to the form's URL
 * and to every subsequent redirect (CSP 3 section 6.4.2), and show the user nothing when it forbids one.
 */
export function allowsForm(policy: string | undefined, page: URL, target: URL): boolean {
  const directive = (policy ?? "")
    .split(";")
    .map((part) => part.trim().split(/\s+/))
    .find(([name = ""]) => name.toLowerCase() === "form-action");
  if (directive === undefined) return true;
  return directive.slice(1).some((source) => matches(source, page, target));
}

function matches(source: string, page: URL, target: URL): boolean {
  if (source === "'self'") return target.origin === page.origin;
  if (source === "*") return target.protocol === "https:";
  if (/^[a-z][a-z0-9+.-]*:$/i.test(source)) return target.protocol === source.toLowerCase();
  const url = URL.parse(source);
  return url !== null && url.host === target.host && url.protocol === target.protocol;
}
