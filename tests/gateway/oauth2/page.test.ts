import assert from "node:assert/strict";
import { test } from "tap";
import { showPage } from "../../../gateway/login/page.ts";
import { html } from "../../../gateway/page/html.ts";

/** The policy of a page that leads to this address. */
function readPolicy(leadsTo: string | undefined): string {
  const headers = new Map<string, string>();
  const target = {
    type: "",
    body: undefined as unknown,
    set: (name: string, value: string) => headers.set(name, value),
  };
  showPage(target as never, { title: "t", content: html`x`, leadsTo });
  return /form-action ([^;]*)/.exec(headers.get("content-security-policy")!)![1]!;
}

test("values in a page are text, unless they are markup of the page", async () => {
  const list = ["<b>", "&"].map((word) => html`<li>${word}</li>`);
  assert.equal(
    html`<p title="${'"'}">${"<i>'"}${list}${undefined}${1}</p>`.text,
    ['<p title="&quot;">&lt;i&gt;&#39;<li>&lt;b&gt;</li><li>&amp;</li>1</p>'][0],
  );
});

test("forms of a page may lead back and to the client, whatever its address is", async () => {
  assert.equal(readPolicy(undefined), "'self'");
  assert.equal(readPolicy("https://app.test/callback?a=b"), "'self' https://app.test");
  assert.equal(readPolicy("http://127.0.0.1:5000/back"), "'self' http://127.0.0.1:5000");
  assert.equal(readPolicy("http://[::1]:5000/back"), "'self' http://[::1]:5000");
  assert.equal(readPolicy("com.example.app:/back"), "'self' com.example.app:");
  assert.equal(readPolicy("no address"), "'self'");
});
