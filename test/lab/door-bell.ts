/** The bell of the demo's door: each press calls one flat, and what becomes of it is told in plain words. */
import type { PhoneEvent, SipPhone } from "./sip-phone.ts";

/** What the SIP server answers to a call that comes to nothing, for people at the demo. */
const REFUSALS: Record<string, string> = {
  "403": "no call rule lets the door call this flat",
  "404": "there is no such flat",
  "408": "nobody answered",
  "480": "no panel is ready: open the page, choose unit 401, and ring again",
  "486": "everybody is in another call",
  "503": "the server has no audio to give",
  "603": "declined",
};

/** How long a press waits to hear what becomes of it. */
const PATIENCE_MS = 5_000;

export class DoorBell {
  private readonly phone: SipPhone;
  private readonly unit: string;
  private readonly tell: (what: string) => void;
  private state: "idle" | "calling" | "talking" = "idle";
  private became: (refusal: string | null) => void = () => {};

  constructor(phone: SipPhone, unit: string, tell: (what: string) => void) {
    this.phone = phone;
    this.unit = unit;
    this.tell = tell;
    phone.onEvent((event) => this.happened(event));
  }

  /**
   * Calls the flat. Returns null once it rings, or else why nobody is rung. A press during a call does nothing. Throws
   * when the door station is gone.
   */
  async press(): Promise<string | null> {
    if (!this.phone.running) throw new Error("the door station is gone");
    if (this.state !== "idle") return null;
    this.state = "calling";
    this.tell("the door calls unit 401");
    const outcome = new Promise<string | null>((resolve) => {
      this.became = resolve;
      setTimeout(resolve, PATIENCE_MS, null).unref();
    });
    await this.phone.dial(this.unit);
    return await outcome;
  }

  private happened({ type, param }: PhoneEvent): void {
    switch (type) {
      case "CALL_INCOMING":
        this.state = "calling";
        this.tell("the door is called, and answers");
        break;
      case "CALL_RINGING":
        this.tell("it rings");
        this.became(null);
        break;
      case "CALL_ESTABLISHED":
        this.state = "talking";
        this.tell("answered: the visitor speaks");
        break;
      case "CALL_CLOSED": {
        const refusal = REFUSALS[param.slice(0, 3)] ?? "the call ended";
        this.tell(this.state === "talking" ? "the call is over" : refusal);
        this.became(refusal);
        this.state = "idle";
        break;
      }
    }
  }
}
