/** The text of a file that a person chose, as `textOf` reads it. */
export async function readText(file: Blob): Promise<string> {
  return textOf(new Uint8Array(await file.arrayBuffer()));
}

/**
 * Text as spreadsheets save it: UTF-8 or UTF-16 with their marks; what is no UTF-8 is Windows-1252, which Excel still
 * writes as "CSV" in western Europe.
 */
export function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
