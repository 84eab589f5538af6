/** The sound of a kitchen behind a caller: a fan, pots and plates, made from a fixed sequence so that it is the same each time. */

const RATE = 8000;
const SECONDS = 7;
const rooms = new Map<number, Int16Array>();

/** `db`: RMS below full scale, e.g. -40. */
export function kitchen(db: number): Int16Array {
  let room = rooms.get(db);
  if (!room) {
    room = make(db);
    rooms.set(db, room);
  }
  return room;
}

function make(db: number): Int16Array {
  let seed = 7;
  const random = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 31 - 1;
  };
  const samples = new Float64Array(RATE * SECONDS);
  let fan = 0;
  for (let i = 0; i < samples.length; i++) {
    fan = 0.96 * fan + random();
    samples[i] = fan * 0.25 + random() * 0.15;
  }
  for (let clink = 0; clink < SECONDS * 2; clink++) {
    const at = Math.floor(((random() + 1) / 2) * samples.length);
    const hz = 1500 + 900 * random();
    for (let i = 0; i < 400 && at + i < samples.length; i++) {
      samples[at + i] = (samples[at + i] ?? 0) + 1.5 * Math.exp(-i / 80) * Math.sin((2 * Math.PI * hz * i) / RATE);
    }
  }
  const rms = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  const gain = (32_768 * 10 ** (db / 20)) / rms;
  return Int16Array.from(samples, (sample) => Math.max(-32_768, Math.min(32_767, sample * gain)));
}
