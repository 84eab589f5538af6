/**
 * What a promise of so many milliseconds is measured by on a machine that other programs share: a clock that stands still
 * while programs wait for a processor.
 */
import { readFileSync } from "node:fs";

/**
 * Milliseconds since some moment, less those in which something that could have run had to wait: `some total` of the kernel's
 * /proc/pressure/cpu (µs; Documentation/accounting/psi.rst). On a machine that has time for all, and where the kernel does
 * not tell, it is `performance.now()`.
 */
export function fairMs(): number {
  return performance.now() - waitedMs();
}

function waitedMs(): number {
  try {
    const [, total] = /^some .*total=(\d+)/m.exec(readFileSync("/proc/pressure/cpu", "utf8")) ?? [];
    return Number(total ?? 0) / 1_000;
  } catch {
    return 0;
  }
}
