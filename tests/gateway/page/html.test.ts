import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "tap";
import { html } from "../../../gateway/page/html.ts";

test("no text can leave its position in a template", async () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const markup = html`<a title="${text}">${text}</a>`.text;
      const inner = /^<a title="([^"]*)">([^<]*)<\/a>$/s.exec(markup);
      assert.ok(inner, markup);
      assert.doesNotMatch(`${inner[1]}${inner[2]}`, /[<>"']/);
    }),
  );
});

test("template output is not escaped again, and empty values render nothing", async () => {
  const list = ["a & b", "c"].map((word) => html`<li>${word}</li>`);
  assert.equal(
    html`<ul>${list}${undefined}${false}${null}</ul>`.text,
    "<ul><li>a &amp; b</li><li>c</li></ul>",
  );
});
