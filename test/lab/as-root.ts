/** What runs the command with root's rights: nothing for root, sudo for everybody else. */
export function asRoot(command: string[]): string[] {
  return process.getuid?.() === 0 ? command : ["sudo", "--preserve-env", ...command];
}
