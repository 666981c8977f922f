import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { connect, createServer, type TLSSocket } from "node:tls";
import { test } from "tap";
import { RegionCertificates } from "../../../local/daemon/certificates.ts";
import { reserveNetwork } from "../../loopback.ts";
import { temporaryDirectory } from "./started-region.ts";

const network = await reserveNetwork();

test("a server certificate is accepted by a client that trusts the region's authority", async () => {
  using folder = temporaryDirectory();
  const certificates = new RegionCertificates(folder.path, "eu-west-1");
  const files = await certificates.issue({
    name: "ingress",
    dnsNames: ["a.example", "*.a.example"],
    addresses: [`${network}.0.11`],
  });
  const server = createServer({
    cert: readFileSync(files.certificateFile),
    key: readFileSync(files.keyFile),
  });
  await new Promise<void>((resolve) => server.listen(0, `${network}.0.11`, resolve));
  const { port } = server.address() as { port: number };
  const ca = readFileSync(certificates.authorityFile);
  for (const servername of ["a.example", "b.a.example"]) {
    const socket: TLSSocket = connect({ host: `${network}.0.11`, port, ca, servername });
    await new Promise((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
    assert.equal(socket.authorized, true);
    socket.destroy();
  }
  server.close();
});

test("the same name gets the same certificate, over a restart too, until its names change", async () => {
  using folder = temporaryDirectory();
  const request = { name: "db", dnsNames: ["db.internal"] };
  const read = async (dnsNames: readonly string[]) =>
    readFileSync(
      (await new RegionCertificates(folder.path, "eu-west-1").issue({ ...request, dnsNames }))
        .certificateFile,
      "utf8",
    );
  const first = await read(["db.internal"]);
  assert.equal(await read(["db.internal"]), first);
  const changed = await read(["db.internal", "reader.internal"]);
  assert.notEqual(changed, first);
  const authority = new X509Certificate(readFileSync(new RegionCertificates(folder.path, "x").authorityFile));
  assert.ok(new X509Certificate(changed).checkIssued(authority));
});

test("certificates live 397 days at most and keys are for their owner only", async () => {
  using folder = temporaryDirectory();
  const files = await new RegionCertificates(folder.path, "eu-west-1").issue({
    name: "x",
    dnsNames: ["x.internal"],
  });
  const certificate = new X509Certificate(readFileSync(files.certificateFile));
  const days = (certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / 86_400_000;
  assert.equal(Math.round(days), 397);
  for (const file of [files.keyFile, files.bundleFile]) assert.equal(statSync(file).mode & 0o777, 0o600);
});
