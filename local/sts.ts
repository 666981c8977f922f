import type { Operations } from "./operation.ts";

/** The caller's identity. */
export const stsOperations: Operations = {
  async GetCallerIdentity(region, { caller }) {
    if (caller.kind === "operator") {
      return {
        Account: region.accountId,
        UserId: "AIDALOCALOPERATOR",
        Arn: `arn:aws:iam::${region.accountId}:user/operator`,
      };
    }
    const role = region.resources.find("aws:iam/role:Role", ({ outputs }) => outputs.arn === caller.roleArn);
    const session = caller.taskArn.slice(caller.taskArn.lastIndexOf("/") + 1);
    const name = caller.roleArn.slice(caller.roleArn.lastIndexOf("/") + 1);
    return {
      Account: region.accountId,
      UserId: `${String(role?.outputs.uniqueId ?? "AROALOCALROLE")}:${session}`,
      Arn: `arn:aws:sts::${region.accountId}:assumed-role/${name}/${session}`,
    };
  },
};
