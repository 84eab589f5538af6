import assert from "node:assert/strict";
import { test } from "node:test";
import { endReasonOf, type SipEnd } from "../../panel/src/phone/end-reason.ts";

const end: SipEnd = {
  established: false,
  confirmed: false,
  status: null,
  reason: null,
  byPeer: false,
  connectionLost: false,
};

test("a CANCEL is what its Reason header says", () => {
  const cancel = { ...end, byPeer: true };
  assert.equal(endReasonOf(cancel), "cancelled");
  assert.equal(
    endReasonOf({ ...cancel, reason: 'SIP;cause=200;text="Call completed elsewhere"' }),
    "answered-elsewhere",
  );
  assert.equal(endReasonOf({ ...cancel, reason: 'SIP ;cause=603 ;text="Decline"' }), "declined");
  assert.equal(endReasonOf({ ...cancel, reason: "Q.850;cause=200" }), "cancelled");
});

test("a refusal is what its status says", () => {
  const reasons = [403, 404, 408, 480, 486, 487, 500, 600, 603].map((status) =>
    endReasonOf({ ...end, byPeer: true, status }),
  );
  assert.deepEqual(reasons, [
    "forbidden",
    "unreachable",
    "no-answer",
    "unreachable",
    "busy",
    "cancelled",
    "failed",
    "busy",
    "declined",
  ]);
});

test("an answered call was answered here, however it ended", () => {
  assert.equal(endReasonOf({ ...end, established: true, connectionLost: true }), "answered-here");
});

test("an answer that came too late, because another device was first, was no call here", () => {
  const late = { ...end, established: true, byPeer: true, reason: 'SIP;cause=200;text="Call completed elsewhere"' };
  assert.equal(endReasonOf(late), "answered-elsewhere");
  assert.equal(
    endReasonOf({ ...late, confirmed: true }),
    "answered-here",
    "a BYE's reason says nothing of a real call",
  );
  assert.equal(endReasonOf({ ...late, reason: null }), "answered-here");
});

test("a broken connection is told as such", () => {
  assert.equal(endReasonOf({ ...end, connectionLost: true }), "connection-lost");
});
