/** A piece of the model's speech: as a rule an item's only one. Another one of the same item has words of its own, and is looked at by itself. */
export class SpokenPart {
  /** For the listener: the item's own id, unless it is a further part of it. */
  readonly id: string;
  readonly responseId: string;
  readonly itemId: string;
  readonly index: number;
  text = "";
  /** Bytes of sound so far. */
  bytes = 0;
  complete = false;
  ended = false;
  /** Of a group of four characters whose rest has not come: only padding ends one early (RFC 4648 section 4). */
  private open = "";

  constructor(responseId: string, itemId: string, index: number) {
    this.id = index === 0 ? itemId : `${itemId} ${index}`;
    this.responseId = responseId;
    this.itemId = itemId;
    this.index = index;
  }

  /** The bytes that are whole with this piece. */
  sound(base64: string): Buffer {
    const all = this.open + base64;
    const whole = all.endsWith("=") ? all.length : all.length - (all.length % 4);
    this.open = all.slice(whole);
    return this.counted(Buffer.from(all.slice(0, whole), "base64"));
  }

  /** No more comes: what is left, which lacks its padding. */
  rest(): Buffer {
    const left = this.open;
    this.open = "";
    return this.counted(Buffer.from(left, "base64"));
  }

  private counted(g711: Buffer): Buffer {
    this.bytes += g711.length;
    return g711;
  }
}
