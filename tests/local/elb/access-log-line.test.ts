import assert from "node:assert/strict";
import { test } from "tap";
import { renderLogLine } from "../../../local/elb/access-log-line.ts";

const context = {
  balancer: "app/ingress/01",
  targetGroupArns: new Map([["gateway", "arn:group"]]),
  certificateArn: "arn:cert",
};
const line = (over: Readonly<Record<number, string>> = {}) =>
  [
    "24/Nov/2026:14:04:28.184",
    "https",
    "HTTP/2.0",
    "127.0.0.1:5",
    "127.9.1.10:8080",
    "gateway",
    "0",
    "1",
    "22",
    "3",
    "200",
    "1",
    "59",
    "114",
    "GET",
    "/a?b=1",
    "t.example.com",
    "TLS_AES_128_GCM_SHA256",
    "TLSv1.3",
    "Root=1-a-b",
    "t.example.com",
    "-",
    "curl",
  ]
    .map((value, index) => over[index] ?? value)
    .join("\t");

test("a request is one line with AWS's fields in AWS's order", async () => {
  const fields = renderLogLine(line(), context)!.match(/"[^"]*"|\S+/g)!;
  assert.equal(fields.length, 30);
  assert.deepEqual(fields.slice(2, 12), [
    "app/ingress/01",
    "127.0.0.1:5",
    "127.9.1.10:8080",
    "0.001",
    "0.022",
    "0.003",
    "200",
    "200",
    "59",
    "114",
  ]);
  assert.equal(fields[0], "h2");
  assert.equal(fields[12], '"GET https://t.example.com/a?b=1 HTTP/2.0"');
});

test("a request that reached no target is logged with dashes and -1", async () => {
  const fields = renderLogLine(
    line({ 4: "-:-", 6: "-1", 7: "-1", 8: "-1", 9: "-1", 10: "503", 11: "-" }),
    context,
  )!.split(" ");
  assert.deepEqual(fields.slice(4, 10), ["-", "-1", "-1", "-1", "503", "-"]);
});

test("a client cannot break out of its field", async () => {
  const rendered = renderLogLine(line({ 22: 'x" 200 "\ty' }), context)!;
  assert.match(rendered, /"x\\x22 200 \\x22\ty"/);
});

test("a line without a request is skipped", async () => {
  assert.equal(renderLogLine("Proxy gateway started.", context), undefined);
  assert.equal(renderLogLine("", context), undefined);
});
