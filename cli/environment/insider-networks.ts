import { OperatorError } from "../errors.ts";

const octet = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const cidr = new RegExp(`^${octet}(?:\\.${octet}){3}/(?:3[0-2]|[12]?\\d)$`);

/** Comma-separated IPv4 CIDR blocks, each as a security group wants it. Throws DMM_NETWORKS_INVALID. */
export function parseInsiderNetworks(text: string): readonly string[] {
  const blocks = text.split(",").map((block) => block.trim());
  if (!blocks.every((block) => cidr.test(block))) throw new OperatorError("DMM_NETWORKS_INVALID", { text });
  return blocks;
}
