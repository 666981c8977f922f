import type { Properties } from "../resource.ts";
import type { CheckFailure } from "../resource-handler.ts";
import { numberOf, objectOf, objectsOf, textOf } from "../values.ts";
import { quote } from "./conditions.ts";

/** What one listener or rule does with a request. */
export type Action =
  | { readonly kind: "forward"; readonly targetGroupArn: string }
  | { readonly kind: "respond"; readonly directive: string };

/** Unsupported elements of actions. */
export function validateActions(
  inputs: Properties,
  property: "actions" | "defaultActions",
): readonly CheckFailure[] {
  const actions = objectsOf(inputs, property);
  const refuse = (reason: string) => [{ property, reason }];
  if (Array.isArray(inputs[property]) && actions.length !== 1)
    return refuse("exactly one action is supported.");
  return actions.flatMap((action) => {
    const type = textOf(action, "type");
    if (type === "forward") {
      const groups = objectsOf(objectOf(action, "forward") ?? {}, "targetGroups");
      if (groups.length > 1) return refuse("forwarding to several target groups is not supported.");
      return action.targetGroupArn === undefined && groups.length === 0
        ? refuse("a forward needs a target group.")
        : [];
    }
    if (type === "redirect" || type === "fixed-response" || type === undefined) return [];
    return refuse(`type ${type} is not supported here; supported are forward, redirect, fixed-response.`);
  });
}

/** The only action of a listener or rule. */
export function planAction(inputs: Properties, property: "actions" | "defaultActions"): Action {
  const [action = {}] = objectsOf(inputs, property);
  const fixed = objectOf(action, "fixedResponse");
  const redirect = objectOf(action, "redirect");
  if (textOf(action, "type") === "fixed-response" && fixed)
    return { kind: "respond", directive: renderFixed(fixed) };
  if (textOf(action, "type") === "redirect" && redirect)
    return { kind: "respond", directive: renderRedirect(redirect) };
  const [group] = objectsOf(objectOf(action, "forward") ?? {}, "targetGroups");
  return {
    kind: "forward",
    targetGroupArn: textOf(action, "targetGroupArn") ?? textOf(group ?? {}, "arn") ?? "",
  };
}

function renderFixed(fixed: Properties): string {
  const type = textOf(fixed, "contentType") ?? "text/plain";
  const body = textOf(fixed, "messageBody") ?? "";
  const status = `http-request return status ${numberOf(fixed, "statusCode") ?? 200}`;
  // HAProxy takes no empty text, and a response without a body has no type.
  return body === "" ? status : `${status} content-type ${quote(type)} string ${quote(body)}`;
}

/** `#{host}` and similar placeholders keep the request's value (API reference, RedirectActionConfig). */
function renderRedirect(redirect: Properties): string {
  const kept: Readonly<Record<string, string>> = {
    "#{protocol}": "%[ssl_fc,iif(https,http)]",
    "#{host}": "%[req.hdr(host),host_only]",
    "#{port}": "%[dst_port]",
    "#{path}": "%[path,regsub(^/,)]",
    "#{query}": "%[query]",
  };
  const part = (name: string, fallback: string) => {
    const value = textOf(redirect, name) ?? fallback;
    return Object.entries(kept).reduce((text, [mark, sample]) => text.replaceAll(mark, sample), value);
  };
  const protocol = part("protocol", "#{protocol}").toLowerCase();
  const path = part("path", "/#{path}");
  const location = `${protocol}://${part("host", "#{host}")}:${part("port", "#{port}")}${path}?${part("query", "#{query}")}`;
  const code = textOf(redirect, "statusCode") === "HTTP_302" ? 302 : 301;
  return `http-request redirect code ${code} location ${quote(location)}`;
}
