/**
 * The schema of neolia.db, one entry per version. An entry that was released is never edited: a change is a new entry.
 * `user_version` counts the entries that a file has seen.
 *
 * Times are Unix milliseconds. Ids are ULIDs. Text is compared by bytes.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE site (
    id        TEXT PRIMARY KEY,
    name      TEXT NOT NULL,
    address   TEXT NOT NULL,
    domain    TEXT NOT NULL UNIQUE,              -- SIP domain and realm; every HA1 is bound to it
    time_zone TEXT NOT NULL
  ) STRICT;

  CREATE TABLE building (
    id      TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES site (id) ON DELETE CASCADE,
    name    TEXT NOT NULL,
    UNIQUE (site_id, name),
    UNIQUE (site_id, id)
  ) STRICT;

  -- Whatever can be called. A door is a unit of kind 'door': one namespace of callees, one owner of rules.
  CREATE TABLE unit (
    id          TEXT PRIMARY KEY,
    site_id     TEXT NOT NULL,
    building_id TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('residential', 'door')),
    name        TEXT NOT NULL,                   -- SIP name
    label       TEXT NOT NULL,                   -- the number of a flat, the label of a door
    UNIQUE (site_id, name),
    UNIQUE (site_id, id),
    FOREIGN KEY (site_id, building_id) REFERENCES building (site_id, id) ON DELETE CASCADE
  ) STRICT;
  CREATE INDEX unit_building ON unit (building_id);

  CREATE TABLE account (
    id            TEXT PRIMARY KEY,
    site_id       TEXT NOT NULL REFERENCES site (id) ON DELETE CASCADE,
    unit_id       TEXT,                          -- NULL: may call, is never rung (gateway, bridge)
    username      TEXT NOT NULL,
    type          TEXT NOT NULL CHECK (type IN ('panel', 'mobile', 'door', 'gateway', 'bridge')),
    label         TEXT NOT NULL,
    ha1           TEXT NOT NULL CHECK (length(ha1) = 32),  -- never the password
    enabled       INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    created_at_ms INTEGER NOT NULL,
    UNIQUE (site_id, username),
    FOREIGN KEY (site_id, unit_id) REFERENCES unit (site_id, id) ON DELETE CASCADE
  ) STRICT;
  CREATE INDEX account_unit ON account (unit_id);

  CREATE TABLE rule (
    id             TEXT PRIMARY KEY,
    site_id        TEXT NOT NULL,
    unit_id        TEXT NOT NULL,
    position       INTEGER NOT NULL,             -- 0, 1, 2, … within the unit, without gaps
    source_pattern TEXT NOT NULL,
    action         TEXT NOT NULL CHECK (action IN ('ring', 'forward', 'voicemail')),
    target_sip_uri TEXT,
    ring_seconds   INTEGER NOT NULL CHECK (ring_seconds BETWEEN 3 AND 180),
    schedule       TEXT NOT NULL,                -- JSON array of {fromMinute, toMinute}; [] is always
    enabled        INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    FOREIGN KEY (site_id, unit_id) REFERENCES unit (site_id, id) ON DELETE CASCADE
  ) STRICT;
  CREATE INDEX rule_unit ON rule (unit_id, position);

  -- A browser that holds a panel account of its own.
  CREATE TABLE device (
    id         TEXT PRIMARY KEY,                 -- UUID made by the browser
    account_id TEXT NOT NULL UNIQUE REFERENCES account (id) ON DELETE CASCADE
  ) STRICT;

  -- How far each site's directory has got: edits raise revision, the VPS's confirmation raises live_revision.
  CREATE TABLE provisioning (
    site_id       TEXT PRIMARY KEY REFERENCES site (id) ON DELETE CASCADE,
    revision      INTEGER NOT NULL,
    live_revision INTEGER NOT NULL,
    problem       TEXT,
    detail        TEXT
  ) STRICT;

  CREATE TABLE call (
    id              TEXT PRIMARY KEY,
    site_id         TEXT NOT NULL REFERENCES site (id) ON DELETE CASCADE,
    -- The log outlives what it speaks of, so these are no foreign keys.
    unit_id         TEXT,
    caller_unit_id  TEXT,
    door_id         TEXT,
    caller          TEXT NOT NULL,               -- JSON {name, label, kind}, as it was when the call began
    callee          TEXT NOT NULL,
    answered_by     TEXT,
    status          TEXT NOT NULL,
    reason          TEXT,
    started_at_ms   INTEGER NOT NULL,
    ringing_at_ms   INTEGER,
    answered_at_ms  INTEGER,
    ended_at_ms     INTEGER
  ) STRICT;
  CREATE INDEX call_started ON call (started_at_ms);
  CREATE INDEX call_active ON call (started_at_ms) WHERE ended_at_ms IS NULL;

  -- Last event of the VPS whose effects are stored here.
  CREATE TABLE feed_cursor (
    site_id TEXT PRIMARY KEY REFERENCES site (id) ON DELETE CASCADE,
    last_id INTEGER NOT NULL
  ) STRICT;

  -- MQTT events that the broker has not confirmed yet.
  CREATE TABLE event_outbox (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    topic         TEXT NOT NULL,
    payload       TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- Which users of Home Assistant live where: several in one flat, one in several.
  CREATE TABLE member (
    user_id TEXT NOT NULL,                       -- Home Assistant's id
    unit_id TEXT NOT NULL REFERENCES unit (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, unit_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX member_unit ON member (unit_id);
  `,
  `
  -- Users of Home Assistant who work at the restaurant's desk.
  CREATE TABLE desk_member (
    user_id TEXT PRIMARY KEY
  ) STRICT, WITHOUT ROWID;

  -- Who set the device up; it goes when they lose its flat. NULL: an administrator, or the standalone page.
  ALTER TABLE device ADD COLUMN user_id TEXT;

  ALTER TABLE unit ADD COLUMN do_not_disturb INTEGER NOT NULL DEFAULT 0 CHECK (do_not_disturb IN (0, 1));
  `,
];
