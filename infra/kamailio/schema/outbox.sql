-- Call events, written only by Kamailio, read (never written) by control, which trims it through Kamailio's RPC.
CREATE TABLE call_event (
  -- One more than the last. The newest row is never deleted, so none is given twice; AUTOINCREMENT would keep them in a table that
  -- each event had to write as well.
  id            INTEGER PRIMARY KEY,
  at_ms         INTEGER NOT NULL,
  domain        TEXT NOT NULL,
  call_id       TEXT NOT NULL,
  kind          TEXT NOT NULL,
  caller        TEXT NOT NULL DEFAULT '',
  caller_number TEXT NOT NULL DEFAULT '',
  callee        TEXT NOT NULL DEFAULT '',
  unit          TEXT NOT NULL DEFAULT '',
  account       TEXT NOT NULL DEFAULT '',
  ended_by      TEXT NOT NULL DEFAULT '',
  code          INTEGER NOT NULL DEFAULT 0,
  -- Kamailio's own, how it finds the call again: Call-ID, From tag and CSeq on `invited` rows, the To tag on `answered`
  -- ones. In hex: they are the devices' bytes.
  sip_call_id   TEXT NOT NULL DEFAULT '',
  sip_from_tag  TEXT NOT NULL DEFAULT '',
  sip_to_tag    TEXT NOT NULL DEFAULT '',
  sip_cseq      INTEGER NOT NULL DEFAULT 0
) STRICT;
-- Nothing happens twice in a call; the same index finds a call's events. Each further one is a page more per event.
CREATE UNIQUE INDEX call_event_once ON call_event (call_id, kind, account);
PRAGMA user_version = 3;
