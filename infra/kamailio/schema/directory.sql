-- The directory on the VPS: derived from the sites' own stores, written only by control, read only by Kamailio.
-- Times are Unix milliseconds unless a name says otherwise. Text is compared by bytes.
CREATE TABLE site (
  id            TEXT PRIMARY KEY,
  domain        TEXT NOT NULL UNIQUE,
  token_hash    TEXT NOT NULL UNIQUE,            -- SHA-256 hex of the site's bearer token
  revision      INTEGER NOT NULL DEFAULT 0,
  content_hash  TEXT NOT NULL DEFAULT '',
  applied_at_ms INTEGER NOT NULL DEFAULT 0,
  old_token_hash     TEXT,                       -- of the token before, as long as it is good beside the new one
  old_token_until_ms INTEGER NOT NULL DEFAULT 0
) STRICT;

-- auth_db's column names, so that Kamailio's stock modules and tools read it. `password` stays empty: HA1 only.
CREATE TABLE subscriber (
  username TEXT NOT NULL,
  domain   TEXT NOT NULL REFERENCES site (domain) ON DELETE CASCADE,
  password TEXT NOT NULL DEFAULT '' CHECK (password = ''),
  ha1      TEXT NOT NULL CHECK (length(ha1) = 32),
  type     TEXT NOT NULL CHECK (type IN ('panel', 'mobile', 'door', 'gateway', 'bridge')),
  unit     TEXT,                                 -- NULL: may call, is never rung
  enabled  INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  PRIMARY KEY (domain, username),
  FOREIGN KEY (domain, unit) REFERENCES unit (domain, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscriber_unit ON subscriber (domain, unit);

CREATE TABLE unit (
  domain TEXT NOT NULL REFERENCES site (domain) ON DELETE CASCADE,
  name   TEXT NOT NULL,
  kind   TEXT NOT NULL CHECK (kind IN ('residential', 'door', 'line')),
  do_not_disturb INTEGER NOT NULL DEFAULT 0 CHECK (do_not_disturb IN (0, 1)),  -- 1: its devices are not rung
  PRIMARY KEY (domain, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE rule (
  id             INTEGER PRIMARY KEY,
  domain         TEXT NOT NULL,
  unit           TEXT NOT NULL,
  position       INTEGER NOT NULL,
  source_pattern TEXT NOT NULL,
  action         TEXT NOT NULL CHECK (action IN ('ring', 'forward', 'voicemail')),
  target_sip_uri TEXT NOT NULL DEFAULT '',
  ring_seconds   INTEGER NOT NULL CHECK (ring_seconds BETWEEN 3 AND 180),
  always         INTEGER NOT NULL CHECK (always IN (0, 1)),  -- 1: no row in rule_window
  enabled        INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  FOREIGN KEY (domain, unit) REFERENCES unit (domain, name) ON DELETE CASCADE
) STRICT;
CREATE INDEX rule_unit ON rule (domain, unit, position);

-- Minutes of the week in the site's local time, from Monday 00:00; from included, to not.
CREATE TABLE rule_window (
  rule_id     INTEGER NOT NULL REFERENCES rule (id) ON DELETE CASCADE,
  from_minute INTEGER NOT NULL,
  to_minute   INTEGER NOT NULL
) STRICT;
CREATE INDEX rule_window_rule ON rule_window (rule_id);

-- From from_unix (s) on, the site's local time is UTC + offset_seconds.
CREATE TABLE site_clock (
  domain         TEXT NOT NULL REFERENCES site (domain) ON DELETE CASCADE,
  from_unix      INTEGER NOT NULL,
  offset_seconds INTEGER NOT NULL,
  PRIMARY KEY (domain, from_unix)
) STRICT, WITHOUT ROWID;
-- Accounts whose registration and calls have to end: written together with the change that asks for it, so that it is
-- still done when Kamailio was away or control died in between. No reference to site: it outlives a removed one.
CREATE TABLE logout (
  domain          TEXT NOT NULL,
  username        TEXT NOT NULL,
  requested_at_ms INTEGER NOT NULL,
  PRIMARY KEY (domain, username)
) STRICT, WITHOUT ROWID;
PRAGMA user_version = 3;
