import type { FleetMember } from "./members.ts";
import { type Acknowledgement, notificationPath } from "./notification.ts";
import { sendNotification } from "./notification-sender.ts";

/** The result of notifying one gateway: it responds, it is gone, or its state is unknown. */
export type CallResult =
  | { readonly kind: "responded"; readonly response: Acknowledgement }
  | { readonly kind: "gone"; readonly problem: string }
  | {
      readonly kind: "unresponsive";
      readonly problem: string;
      /** Whether it accepted the connection: then a process exists and hangs. */
      readonly connected: boolean;
      /** Whether the full time limit passed. */
      readonly isLate: boolean;
    };

/** Notifies one gateway of `version`. Never throws. */
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
    // Reported by the kernel: no process listens on this port.
    if (code === "ECONNREFUSED") return { kind: "gone", problem: "Nothing is listening at its address." };
    return { kind: "unresponsive", problem: message, connected, isLate: code === "ETIMEDOUT" };
  }
}
