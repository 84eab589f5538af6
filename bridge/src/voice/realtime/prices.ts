/**
 * What the service charges, in thousandths of a cent per token: for the cap of a call, the history and the lab's budget, not for
 * accounts. A setting to check: these figures were never held against an invoice, and change when the service changes its
 * prices. Taken too low, a call may cost more than its cap; compare with https://openai.com/api/pricing before relying on it.
 */

interface TokenPrices {
  textIn: number;
  audioIn: number;
  cachedIn: number;
  textOut: number;
  audioOut: number;
}

/** Dollars a million tokens are tenths of a millicent a token; counted as if a dollar were a euro. */
const FULL: TokenPrices = { textIn: 0.4, audioIn: 3.2, cachedIn: 0.04, textOut: 1.6, audioOut: 6.4 };
const MINI: TokenPrices = { textIn: 0.06, audioIn: 1, cachedIn: 0.03, textOut: 0.24, audioOut: 2 };

export interface Usage {
  input_token_details?: {
    text_tokens?: number;
    audio_tokens?: number;
    cached_tokens?: number;
    cached_tokens_details?: { text_tokens?: number; audio_tokens?: number };
  };
  output_token_details?: { text_tokens?: number; audio_tokens?: number };
}

/** Millicents of one response. What is no number of tokens counts nothing: the service may write anything there. */
export function costOf(model: string, { input_token_details: input, output_token_details: output }: Usage): number {
  const price = model.includes("mini") ? MINI : FULL;
  const cached = count(input?.cached_tokens);
  const cachedAudio = count(input?.cached_tokens_details?.audio_tokens);
  const cachedText = count(input?.cached_tokens_details?.text_tokens ?? cached - cachedAudio);
  return (
    Math.max(0, count(input?.text_tokens) - cachedText) * price.textIn +
    Math.max(0, count(input?.audio_tokens) - cachedAudio) * price.audioIn +
    cached * price.cachedIn +
    count(output?.text_tokens) * price.textOut +
    count(output?.audio_tokens) * price.audioOut
  );
}

function count(tokens: unknown): number {
  return typeof tokens === "number" && tokens > 0 ? tokens : 0;
}
