// The library's parser needs this first.
import "reflect-metadata";

import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

x509.cryptoProvider.set(webcrypto as Crypto);

/** Certificates and revocation lists, on Node's own cryptography. */
export { x509 };
