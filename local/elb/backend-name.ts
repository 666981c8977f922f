/** A target group's backend: its own name, which is unique in the region. */
export function backendName(targetGroupArn: string): string {
  return targetGroupArn.split("/")[1] ?? targetGroupArn;
}
