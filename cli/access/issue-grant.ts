import { basename } from "node:path";
import { OperatorError } from "../errors.ts";
import type { Authority } from "./authority.ts";
import { createPassword, renderBundle } from "./bundle.ts";
import { placeGrantFolder } from "./grant-folder.ts";
import { type Grant, grantFiles, grantFolder, isValid, readGrant, renderGrant } from "./grants.ts";
import { type CertificateRequest, issueCertificate } from "./issue-certificate.ts";

/**
 * Issues a client certificate that expires automatically, with everything that an insider needs in its folder. An
 * insider has one grant at a time: while one is valid another is refused with DMM_GRANT_EXISTS, or renewed on
 * request.
 */
export async function issueGrant(
  directory: string,
  authority: Authority,
  request: CertificateRequest & { readonly renew?: boolean },
): Promise<Grant> {
  const { name, environment } = request;
  const earlier = readGrant(directory, name);
  const valid = earlier !== undefined && isValid(earlier) ? earlier : undefined;
  if (valid !== undefined && !request.renew) {
    throw new OperatorError("DMM_GRANT_EXISTS", { grant: name, name: environment, expires: valid.expires });
  }
  const issued = await issueCertificate(directory, authority, request);
  const grant: Grant = {
    name,
    serial: issued.serial,
    issued: new Date().toISOString(),
    expires: issued.expires,
    ...(valid && { renewed: [...(valid.renewed ?? []), valid.serial] }),
  };
  const { certificate, key } = issued;
  const password = createPassword();
  const files = grantFiles(directory, name);
  placeGrantFolder(grantFolder(directory, name), issued.serial, {
    [basename(files.key)]: key,
    [basename(files.certificate)]: certificate,
    [basename(files.bundle)]: await renderBundle({ name, certificate, key, password }),
    [basename(files.password)]: `${password}\n`,
    [basename(files.record)]: renderGrant(grant),
  });
  return grant;
}
