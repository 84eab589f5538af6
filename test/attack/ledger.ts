/** Counts judged probes: every attack is one test by itself, and the file ends with one line for people. */
import { after, test } from "node:test";

export interface Ledger {
  /** Registers one attack as a test. It passes when the edge withstood it. */
  probe(name: string, attack: () => Promise<void>): void;
  /** Adds probes that one test judged together. */
  count(judged: number, withstood: number): void;
}

/** A ledger of one file. Call it once, at the top level or inside the file's suite. */
export function openLedger(subject: string): Ledger {
  let judged = 0;
  let withstood = 0;
  after(() => console.log(`attack/${subject}: ${judged} probes judged, ${withstood} withstood`));
  return {
    probe: (name, attack) => {
      test(name, async () => {
        judged++;
        await attack();
        withstood++;
      });
    },
    count: (more, good) => {
      judged += more;
      withstood += good;
    },
  };
}
