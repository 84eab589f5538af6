/**
 * What each error of a voice service means for a call, in one table. `benign`: go on, nothing is lost. `retry`: this
 * session or response is lost, another try may work. `fatal`: no try works until somebody mends it, so people take the calls.
 */
import type { AssistantProblem } from "../api/line.ts";
import { VoiceError, type VoiceErrorClass } from "./voice-engine.ts";

const BY_CODE: Readonly<Record<string, VoiceErrorClass>> = {
  // Races between what we ask and what happens meanwhile.
  conversation_already_has_active_response: "benign",
  response_cancel_not_active: "benign",
  item_truncate_invalid_item_id: "benign",
  item_delete_invalid_item_id: "benign",
  item_retrieve_invalid_item_id: "benign",
  input_audio_buffer_commit_empty: "benign",
  cannot_update_voice: "benign",
  /** A frame that is no event: the connection lives. */
  unreadable: "benign",

  session_expired: "retry",
  server_error: "retry",
  rate_limit_exceeded: "retry",
  // Our own words for what has no code.
  connection_lost: "retry",
  connection_refused: "retry",
  timeout: "retry",
  silent: "retry",

  unknown_parameter: "fatal",
  missing_required_parameter: "fatal",
  invalid_value: "fatal",
  model_not_found: "fatal",
  insufficient_quota: "fatal",
  invalid_api_key: "fatal",
  account_deactivated: "fatal",
  billing_hard_limit_reached: "fatal",
  /** The service confirmed something else than what was asked for. */
  wrong_session: "fatal",
  no_key: "fatal",
};

/** Of a refused upgrade; others are worth another try. */
const BY_HTTP_STATUS: Readonly<Record<number, string>> = {
  400: "invalid_value",
  401: "invalid_api_key",
  403: "account_deactivated",
  404: "model_not_found",
  429: "rate_limit_exceeded",
};

/** What somebody can do something about. A code that is not here: the service cannot be reached, as far as we can tell. */
const PROBLEM_BY_CODE: Readonly<Record<string, AssistantProblem>> = {
  no_key: "no-key",
  invalid_api_key: "key-refused",
  account_deactivated: "key-refused",
  insufficient_quota: "no-credit",
  billing_hard_limit_reached: "no-credit",
  model_not_found: "unknown-model",
  rate_limit_exceeded: "too-busy",
  unknown_parameter: "incompatible",
  missing_required_parameter: "incompatible",
  invalid_value: "incompatible",
  wrong_session: "incompatible",
};

/** Of a code of the table above, for people. */
export function assistantProblem(code: string): AssistantProblem {
  return PROBLEM_BY_CODE[code] ?? "unreachable";
}

/** An unknown code is worth one more try. */
export function voiceError(code: string, message: string): VoiceError {
  return new VoiceError(code, BY_CODE[code] ?? "retry", message);
}

/** Some races carry a general code or none, and say in words which they are. */
const RACES: readonly (readonly [RegExp, string])[] = [
  [/already has an active response/i, "conversation_already_has_active_response"],
  [/no active response/i, "response_cancel_not_active"],
  [/already shorter than|Only model output audio/i, "item_truncate_invalid_item_id"],
  [/item with id .* does not exist/i, "item_delete_invalid_item_id"],
];

/** The service's `error` event. */
export function fromErrorEvent(code: string | null | undefined, message: string): VoiceError {
  const race = RACES.find(([words]) => words.test(message));
  return voiceError(race?.[1] ?? code ?? "server_error", message);
}

/** What the package says of a connection: it came to nothing, broke, or brought a frame that is no event. */
export function fromConnection(message: string): VoiceError {
  if (/could not parse/i.test(message)) return voiceError("unreadable", message);
  const status = Number(/Unexpected server response: (\d+)/.exec(message)?.[1] ?? 0);
  const code = status === 0 ? "connection_refused" : (BY_HTTP_STATUS[status] ?? "server_error");
  return voiceError(code, message);
}
