/** What the tabs of one browser say to each other about their one phone. */
import type { PhoneCommand, PhoneState } from "./phone-state.ts";

const NAME = "neolia-phone";

type Message = { kind: "hello" } | { kind: "state"; state: PhoneState } | { kind: "command"; command: PhoneCommand };

export interface TabListener {
  /** The leader's state changed. */
  state(state: PhoneState): void;
  /** A follower's person did something. */
  command(command: PhoneCommand): void;
  /** A tab opened and wants to know the state. */
  hello(): void;
}

export class TabChannel {
  private readonly channel = new BroadcastChannel(NAME);

  constructor(listener: TabListener) {
    this.channel.onmessage = (event: MessageEvent<Message>) => {
      const message = event.data;
      switch (message.kind) {
        case "hello":
          listener.hello();
          return;
        case "state":
          listener.state(message.state);
          return;
        case "command":
          listener.command(message.command);
          return;
      }
    };
  }

  sendHello(): void {
    this.send({ kind: "hello" });
  }

  sendState(state: PhoneState): void {
    this.send({ kind: "state", state });
  }

  sendCommand(command: PhoneCommand): void {
    this.send({ kind: "command", command });
  }

  close(): void {
    this.channel.close();
  }

  private send(message: Message): void {
    this.channel.postMessage(message);
  }
}
