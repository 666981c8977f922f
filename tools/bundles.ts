import type { Bundle } from "./source.ts";
import { debianPackages } from "./sources/debian-packages.ts";
import { motoEnvironment } from "./sources/moto-environment.ts";
import { pulumiBuild } from "./sources/pulumi-build.ts";
import { pulumiRelease } from "./sources/pulumi-release.ts";
import { pinned } from "./table.ts";
import type { BundleName } from "./tool.ts";

const mebibyte = 2 ** 20;

/** How each bundle is obtained. */
export const bundles: Readonly<Record<BundleName, Bundle>> = {
  node: {
    name: "node",
    tools: ["node"],
    title: "Node",
    // Provided by the launcher: this code already needs one to run.
    ways: [],
    byHand:
      "start dmm-env with its launcher, ./dmm-env, which downloads Node, or put Node on PATH (https://nodejs.org/en/download)",
    bytes: 0,
  },
  pulumi: {
    name: "pulumi",
    tools: ["pulumi"],
    title: "Pulumi CLI",
    ways: [pulumiRelease, pulumiBuild],
    byHand: "install it (https://www.pulumi.com/docs/install/) so that it is on PATH",
    bytes: 1_000 * mebibyte,
  },
  debian: {
    name: "debian",
    tools: ["redis-server", "mariadbd", "mariadb-install-db", "haproxy"],
    title: "Redis, MariaDB, HAProxy",
    ways: [debianPackages],
    byHand:
      "install them with the package manager (apt-get install redis-server mariadb-server haproxy; brew install redis mariadb haproxy) so that they are on PATH; their services need not be running",
    bytes: 400 * mebibyte,
  },
  moto: {
    name: "moto",
    tools: ["moto"],
    title: "moto",
    ways: [motoEnvironment],
    byHand: `pipx install 'moto[server]==${pinned.moto}', so that moto_server is on PATH`,
    bytes: 300 * mebibyte,
  },
};
