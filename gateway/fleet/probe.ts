import type { FleetMember } from "./members.ts";
import { type Acknowledgement, notificationPath } from "./notification.ts";
import { sendNotification } from "./notification-sender.ts";

/** What comes of telling one gateway of a version: it answers, it is not there any more, or it is not known. */
export type CallResult =
  | { readonly kind: "responded"; readonly response: Acknowledgement }
  | { readonly kind: "gone"; readonly problem: string }
  | {
      readonly kind: "unresponsive";
      readonly problem: string;
      /** Whether it took the connection: then a process is there, and hangs. */
      readonly connected: boolean;
      /** Whether all the time was waited that there is. */
      readonly isLate: boolean;
    };

/** Tells one gateway that `version` exists. Never throws. */
export async function callMember(member: FleetMember, key: Buffer, version: number): Promise<CallResult> {
  try {
    const body = JSON.stringify({ version });
    const response = JSON.parse(
      await sendNotification(member, { key, path: notificationPath, body }),
    ) as Acknowledgement;
    if (response.instance === member.instance) return { kind: "responded", response };
    return { kind: "gone", problem: "Another process responds at its address." };
  } catch (error) {
    const { code, connected = false, message } = error as Error & { code?: string; connected?: boolean };
    // The kernel's own word: nobody has this port, so nobody takes requests there.
    if (code === "ECONNREFUSED") return { kind: "gone", problem: "Nothing is listening at its address." };
    return { kind: "unresponsive", problem: message, connected, isLate: code === "ETIMEDOUT" };
  }
}
