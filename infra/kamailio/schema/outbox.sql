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
  sip_cseq      INTEGER NOT NULL DEFAULT 0,
  -- On `answered` rows what Kamailio needs to come back with the call after a restart (the views below).
  dlg_entry     INTEGER,
  dlg_id        INTEGER,
  dlg_call_id   TEXT,
  dlg_from_tag  TEXT,
  dlg_to_tag    TEXT,
  dlg_from_uri  TEXT,
  dlg_to_uri    TEXT,
  dlg_contact   TEXT,     -- the caller's
  dlg_from_sock TEXT,
  dlg_to_sock   TEXT,
  dlg_call      TEXT,     -- $dlg_var(call), see route THIS_CALL
  dlg_end       TEXT      -- $dlg_var(end_at_ack)
) STRICT;
-- Nothing happens twice in a call; the same index finds a call's events. Each further one is a page more per event.
CREATE UNIQUE INDEX call_event_once ON call_event (call_id, kind, account);

-- The dialog module reads its calls from here when it starts, and writes nothing (db_mode 3): the answered calls that have not
-- ended. One that has, two minutes ago at most, comes back as well, in no profile, to be ended again: its BYE may not have reached
-- the other side (route KEPT_CALL). 4: confirmed. 7200: dialog's default_timeout (modules.cfg). 2147483646: one below the highest
-- CSeq, so that a BYE of ours is above whatever the sides have sent (RFC 3261 section 12.2.2).
CREATE VIEW dialog AS SELECT id, dlg_entry AS hash_entry, dlg_id AS hash_id, dlg_call_id AS callid, dlg_from_uri AS from_uri,
  dlg_from_tag AS from_tag, dlg_to_uri AS to_uri, dlg_to_tag AS to_tag, '2147483646' AS caller_cseq, '2147483646' AS callee_cseq,
  NULL AS caller_route_set, NULL AS callee_route_set, dlg_contact AS caller_contact, '' AS callee_contact,
  dlg_from_sock AS caller_sock, dlg_to_sock AS callee_sock, 4 AS state, at_ms / 1000 AS start_time, at_ms / 1000 + 7200 AS timeout,
  0 AS sflags, 0 AS iflags, 'TOO_LONG' AS toroute_name, dlg_to_uri AS req_uri,
  CASE WHEN ended_ms IS NULL THEN json_object('profiles', json_array(
    json_object('name', 'caller', 'value', caller || '@' || domain), json_object('name', 'site', 'value', domain))) END AS xdata
FROM (SELECT *, (SELECT max(at_ms) FROM call_event WHERE call_id = answered.call_id AND kind IN ('ended', 'failed')) AS ended_ms
  FROM call_event AS answered WHERE kind = 'answered' AND dlg_id IS NOT NULL)
WHERE ended_ms IS NULL OR ended_ms > (julianday('now') - 2440587.5) * 86400000 - 120000;
CREATE VIEW dialog_vars AS
  SELECT id, hash_entry, hash_id, 'call' AS dialog_key, dlg_call AS dialog_value FROM dialog JOIN call_event USING (id)
  UNION ALL SELECT id, hash_entry, hash_id, 'end_at_ack', dlg_end FROM dialog JOIN call_event USING (id) WHERE dlg_end = '1';
-- It empties both when it has read them, and would write them when it stops.
CREATE TRIGGER dialog_kept INSTEAD OF DELETE ON dialog BEGIN SELECT 1; END;
CREATE TRIGGER dialog_written INSTEAD OF INSERT ON dialog BEGIN SELECT 1; END;
CREATE TRIGGER dialog_changed INSTEAD OF UPDATE ON dialog BEGIN SELECT 1; END;
CREATE TRIGGER dialog_vars_kept INSTEAD OF DELETE ON dialog_vars BEGIN SELECT 1; END;
CREATE TRIGGER dialog_vars_written INSTEAD OF INSERT ON dialog_vars BEGIN SELECT 1; END;
CREATE TRIGGER dialog_vars_changed INSTEAD OF UPDATE ON dialog_vars BEGIN SELECT 1; END;
PRAGMA user_version = 4;
