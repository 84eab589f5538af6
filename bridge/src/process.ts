/** The bridge as a process: begun with its options, ended by a signal; a start that fails says why in words of a person. */
import { type Options, readOptions } from "./options.ts";
import { explain } from "./start-failure.ts";

/** `start` gives what stops everything it started. */
export async function runUntilTold(start: (options: Options) => Promise<() => Promise<void>>): Promise<void> {
  let port: number | null = null;
  try {
    const options = readOptions(process.env);
    port = options.port;
    const stop = await start(options);
    let stopping = false;
    const end = () => {
      if (stopping) return;
      stopping = true;
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    };
    process.on("SIGTERM", end);
    process.on("SIGINT", end);
  } catch (error) {
    console.error(explain(error, port));
    process.exit(1);
  }
}
