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
  `
  -- Who edits a row names the version seen; revision is the directory state that the row's last edit made.
  ALTER TABLE site     ADD COLUMN version  INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE site     ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE building ADD COLUMN version  INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE building ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE unit     ADD COLUMN version  INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE unit     ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE account  ADD COLUMN version  INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE account  ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE rule     ADD COLUMN version  INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE rule     ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;

  -- JSON {vendor, model, mac, note}: what an installer noted about the hardware.
  ALTER TABLE account ADD COLUMN device_info TEXT NOT NULL DEFAULT '{"vendor":"","model":"","mac":"","note":""}';

  -- Labels in the order in which people count (2 before 10), and without case and accents for searching.
  ALTER TABLE unit    ADD COLUMN sort_key    TEXT NOT NULL DEFAULT '';
  ALTER TABLE unit    ADD COLUMN search_text TEXT NOT NULL DEFAULT '';
  ALTER TABLE account ADD COLUMN search_text TEXT NOT NULL DEFAULT '';
  UPDATE unit    SET sort_key = neolia_sort_key(label), search_text = neolia_search_text(label || ' ' || name);
  UPDATE account SET search_text = neolia_search_text(label || ' ' || username);
  DROP INDEX unit_building;
  CREATE INDEX unit_building ON unit (building_id, kind, sort_key, id);
  DROP INDEX account_unit;
  CREATE INDEX account_unit ON account (unit_id, username);
  CREATE INDEX rule_site ON rule (site_id, unit_id, position);
  CREATE INDEX rule_target ON rule (site_id, target_sip_uri) WHERE target_sip_uri IS NOT NULL;

  -- What the SIP edge last heard of an account, kept for when it is silent.
  CREATE TABLE account_seen (
    account_id   TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    last_seen_ms INTEGER NOT NULL,
    user_agent   TEXT NOT NULL,
    address      TEXT NOT NULL,
    transport    TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE audit (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms       INTEGER NOT NULL,
    site_id     TEXT,                            -- no foreign key: the log outlives what it speaks of
    who         TEXT NOT NULL,
    user_id     TEXT,
    origin      TEXT NOT NULL,
    noun        TEXT NOT NULL,
    verb        TEXT NOT NULL,
    row_id      TEXT,
    label       TEXT NOT NULL,
    changes     TEXT NOT NULL,                   -- JSON field → {from, to}; never a secret
    search_text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_at ON audit (at_ms);

  ALTER TABLE provisioning ADD COLUMN live_at_ms INTEGER;
  -- What was edited since the VPS last confirmed everything, by SIP name: an edit of one row is sent as one row.
  CREATE TABLE provisioning_change (
    site_id  TEXT NOT NULL,
    noun     TEXT NOT NULL CHECK (noun IN ('unit', 'account', 'rules')),
    name     TEXT NOT NULL,                      -- of the unit or account; 'rules': of the unit they belong to
    revision INTEGER NOT NULL,
    PRIMARY KEY (site_id, noun, name)
  ) STRICT, WITHOUT ROWID;
  ${changeTriggers("unit", "unit", "%.name")}
  ${changeTriggers("account", "account", "%.username")}
  ${changeTriggers("rule", "rules", "(SELECT name FROM unit WHERE id = %.unit_id)")}
  `,
  `
  -- A restaurant's phone line. Its unit is what the gateway calls; its people are the unit's.
  CREATE TABLE line (
    id                 TEXT PRIMARY KEY,
    site_id            TEXT NOT NULL,
    unit_id            TEXT NOT NULL UNIQUE,
    gateway_account_id TEXT REFERENCES account (id) ON DELETE SET NULL,
    settings           TEXT NOT NULL,              -- JSON, LineSettings
    paused_until_ms    INTEGER,
    FOREIGN KEY (site_id, unit_id) REFERENCES unit (site_id, id) ON DELETE CASCADE
  ) STRICT;
  CREATE INDEX line_gateway ON line (gateway_account_id);

  CREATE TABLE menu (
    line_id  TEXT PRIMARY KEY REFERENCES line (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    document TEXT NOT NULL                         -- JSON, Menu
  ) STRICT;

  CREATE TABLE sold_out (
    line_id  TEXT NOT NULL REFERENCES line (id) ON DELETE CASCADE,
    menu_id  TEXT NOT NULL,                        -- an item or an option
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (line_id, menu_id)
  ) STRICT, WITHOUT ROWID;

  -- A call that the order desk takes, and what is left of it.
  CREATE TABLE order_call (
    id            TEXT PRIMARY KEY,
    line_id       TEXT NOT NULL REFERENCES line (id) ON DELETE CASCADE,
    caller_number TEXT,                            -- NULL: withheld or erased
    language      TEXT NOT NULL,
    data          TEXT NOT NULL,                   -- JSON, the order as its events made it
    started_at_ms INTEGER NOT NULL,
    ended_at_ms   INTEGER,
    reason        TEXT,
    cost_cents    INTEGER NOT NULL,
    taken_by      TEXT,
    draft         INTEGER NOT NULL CHECK (draft IN (0, 1))  -- 1: somebody has to look at it
  ) STRICT;
  CREATE INDEX order_call_started ON order_call (line_id, started_at_ms);
  CREATE INDEX order_call_open ON order_call (line_id) WHERE ended_at_ms IS NULL OR draft = 1;
  CREATE INDEX order_call_number ON order_call (caller_number);

  -- What happened to the order of a call, append only. A tool call and its events are one row.
  CREATE TABLE order_event (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    call_id      TEXT NOT NULL REFERENCES order_call (id) ON DELETE CASCADE,
    tool_call_id TEXT,
    events       TEXT NOT NULL,                    -- JSON array
    answer       TEXT,                             -- JSON, what the tool call was answered
    at_ms        INTEGER NOT NULL,
    UNIQUE (call_id, tool_call_id)
  ) STRICT;

  CREATE TABLE customer_order (
    id              TEXT PRIMARY KEY,
    line_id         TEXT NOT NULL REFERENCES line (id) ON DELETE CASCADE,
    call_id         TEXT NOT NULL,
    ordinal         INTEGER NOT NULL,              -- of the orders of one call
    day             TEXT NOT NULL,                 -- local date, on which numbers start at 1
    number          INTEGER NOT NULL,
    stage           TEXT NOT NULL CHECK (stage IN ('new', 'accepted', 'ready', 'gone', 'cancelled')),
    confirmed_by    TEXT NOT NULL CHECK (confirmed_by IN ('caller', 'staff')),
    name            TEXT NOT NULL,
    caller_number   TEXT,
    note            TEXT NOT NULL,
    lines           TEXT NOT NULL,                 -- JSON
    total_cents     INTEGER NOT NULL,
    pickup_at_ms    INTEGER NOT NULL,
    committed_at_ms INTEGER NOT NULL,
    accepted_at_ms  INTEGER,
    ready_at_ms     INTEGER,
    gone_at_ms      INTEGER,
    reminded_at_ms  INTEGER NOT NULL,              -- of the last alarm that nobody has accepted it
    caller_told     INTEGER NOT NULL CHECK (caller_told IN (0, 1)),
    UNIQUE (call_id, ordinal),
    UNIQUE (line_id, day, number)
  ) STRICT;
  CREATE INDEX customer_order_stage ON customer_order (line_id, stage, committed_at_ms);
  CREATE INDEX customer_order_number ON customer_order (caller_number);

  CREATE TABLE transcript (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    call_id TEXT NOT NULL REFERENCES order_call (id) ON DELETE CASCADE,
    who     TEXT NOT NULL CHECK (who IN ('caller', 'assistant', 'note')),
    text    TEXT NOT NULL,
    at_ms   INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX transcript_call ON transcript (call_id);

  -- A message that a caller left.
  CREATE TABLE call_message (
    call_id TEXT PRIMARY KEY REFERENCES order_call (id) ON DELETE CASCADE,
    wav     BLOB NOT NULL
  ) STRICT;

  -- Tickets that the printer has not taken yet.
  CREATE TABLE print_job (
    order_id TEXT PRIMARY KEY REFERENCES customer_order (id) ON DELETE CASCADE,
    attempts INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- Invitations for devices; see directory/pairing.
  CREATE TABLE pairing (
    id              TEXT PRIMARY KEY,
    kind            TEXT NOT NULL CHECK (kind IN ('panel', 'phone')),
    site_id         TEXT NOT NULL REFERENCES site (id) ON DELETE CASCADE,
    unit_id         TEXT NOT NULL REFERENCES unit (id) ON DELETE CASCADE,
    account_id      TEXT,                        -- no foreign key: the log outlives the account
    label           TEXT NOT NULL,
    token_hash      TEXT NOT NULL UNIQUE,        -- SHA-256 hex; the token is nowhere
    code_hash       TEXT UNIQUE,
    made_account    INTEGER NOT NULL CHECK (made_account IN (0, 1)),
    document_id     TEXT,
    created_at_ms   INTEGER NOT NULL,
    expires_at_ms   INTEGER NOT NULL,
    used_at_ms      INTEGER,
    withdrawn_at_ms INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX pairing_unit ON pairing (unit_id);
  `,
  `
  -- What Home Assistant was told over MQTT; no foreign key, because it is taken back after its site is gone.
  CREATE TABLE discovered (
    topic      TEXT PRIMARY KEY,
    domain     TEXT NOT NULL,
    components TEXT NOT NULL                     -- JSON key → platform
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX discovered_domain ON discovered (domain);

  CREATE INDEX call_unit ON call (unit_id, started_at_ms);
  `,
  `
  CREATE TABLE account_test (
    account_id TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    result     TEXT NOT NULL                     -- JSON, as the API shows it
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE INDEX rule_hours ON rule (site_id) WHERE schedule <> '[]';
  `,
  `
  -- Of a door: where its camera is watched (WHEP, RFC 9725); '': it has none.
  ALTER TABLE unit ADD COLUMN video_url TEXT NOT NULL DEFAULT '';

  -- How often the flats and the desk of a user were edited; a user without a row was never edited.
  CREATE TABLE member_version (
    user_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Who may manage a site from another Neolia; see directory/remote.
  CREATE TABLE site_grant (
    id            TEXT PRIMARY KEY,
    site_id       TEXT NOT NULL REFERENCES site (id) ON DELETE CASCADE,
    label         TEXT NOT NULL,                 -- whom it was given to, in the words of the site's administrator
    backups       INTEGER NOT NULL CHECK (backups IN (0, 1)),
    secret        BLOB NOT NULL,                 -- of the invitation until it is taken, then the grant's key
    created_at_ms INTEGER NOT NULL,
    invited_to_ms INTEGER NOT NULL,              -- until then the invitation can be taken
    expires_at_ms INTEGER NOT NULL,
    taken_at_ms   INTEGER,
    taken_by      TEXT NOT NULL,                 -- as the other Neolia calls itself; '' before it is taken
    used_at_ms    INTEGER,
    used_by       TEXT NOT NULL,
    revoked_at_ms INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX site_grant_site ON site_grant (site_id, created_at_ms);

  -- Sites elsewhere that this Neolia may manage.
  CREATE TABLE remote_site (
    id            TEXT PRIMARY KEY,
    grant_id      TEXT NOT NULL UNIQUE,
    control_url   TEXT NOT NULL,
    key           BLOB NOT NULL,
    site_id       TEXT NOT NULL,                 -- its id over there
    name          TEXT NOT NULL,
    domain        TEXT NOT NULL,
    backups       INTEGER NOT NULL CHECK (backups IN (0, 1)),
    added_at_ms   INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Building 2 stands before building 10.
  ALTER TABLE building ADD COLUMN sort_key TEXT NOT NULL DEFAULT '';
  UPDATE building SET sort_key = neolia_sort_key(name);
  CREATE INDEX building_order ON building (site_id, sort_key, id);
  `,
  `
  -- Long lists are read, counted and searched in these alone.
  DROP INDEX unit_building;
  CREATE INDEX unit_list ON unit (building_id, kind, sort_key, id, search_text);
  CREATE INDEX account_list ON account (site_id, username, id, unit_id, type, search_text);
  `,
  `
  -- The VPS's tokens that were entered in the panel; others stand in the options.
  CREATE TABLE site_token (
    site_id TEXT PRIMARY KEY REFERENCES site (id) ON DELETE CASCADE,
    token   TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Where the site's own page stands, for the links that an installer makes; '' where nobody said so.
  ALTER TABLE site_grant ADD COLUMN page_url TEXT NOT NULL DEFAULT '';
  `,
  `
  -- A device is found by its flat or door as well: what those are found by stands in its own row, behind what is its own.
  ALTER TABLE account ADD COLUMN own_text TEXT NOT NULL DEFAULT '';
  -- Only an edit of a row is news for the VPS, and each edit raises its version.
  DROP TRIGGER account_update_noted;
  CREATE TRIGGER account_update_noted AFTER UPDATE ON account WHEN NEW.version <> OLD.version
  BEGIN
    INSERT INTO provisioning_change (site_id, noun, name, revision)
    VALUES (NEW.site_id, 'account', NEW.username,
      coalesce((SELECT revision FROM provisioning WHERE site_id = NEW.site_id), 1))
    ON CONFLICT DO UPDATE SET revision = excluded.revision;
  END;
  UPDATE account SET own_text = search_text,
    search_text = search_text || ' ' || coalesce((SELECT unit.search_text FROM unit WHERE id = account.unit_id), '');
  CREATE TRIGGER unit_search_text AFTER UPDATE OF search_text ON unit WHEN NEW.search_text <> OLD.search_text
  BEGIN
    UPDATE account SET search_text = own_text || ' ' || NEW.search_text WHERE unit_id = NEW.id;
  END;
  `,
  `
  -- Names that differ in case alone are not given twice.
  CREATE INDEX unit_name_alike ON unit (site_id, name COLLATE NOCASE);
  CREATE INDEX account_name_alike ON account (site_id, username COLLATE NOCASE);
  `,
  `
  -- Lines made before callers could leave a message: when nobody is there, the call comes back to the assistant. Once: whoever
  -- wants none takes the rule away.
  CREATE TEMP TABLE line_without_message AS
    SELECT rule.*, min(rule.position) FROM rule
    JOIN line ON line.unit_id = rule.unit_id
    JOIN account ON account.site_id = rule.site_id AND account.type = 'bridge'
      AND rule.target_sip_uri = 'sip:' || account.username || '@' || (SELECT domain FROM site WHERE id = rule.site_id)
    WHERE rule.action = 'forward'
      AND NOT EXISTS (SELECT 1 FROM rule AS other WHERE other.unit_id = rule.unit_id AND other.action = 'voicemail')
    GROUP BY rule.unit_id;
  UPDATE provisioning SET revision = revision + 1 WHERE site_id IN (SELECT site_id FROM line_without_message);
  INSERT INTO rule (id, site_id, unit_id, position, source_pattern, action, target_sip_uri, ring_seconds, schedule,
    enabled, revision)
  SELECT '0' || substr(hex(randomblob(13)), 1, 25), site_id, unit_id,
    (SELECT count(*) FROM rule WHERE rule.unit_id = line_without_message.unit_id), source_pattern, 'voicemail',
    target_sip_uri, ring_seconds, '[]', 1,
    coalesce((SELECT revision FROM provisioning WHERE site_id = line_without_message.site_id), 1)
  FROM line_without_message;
  DROP TABLE line_without_message;
  `,
  `
  -- The login that an account gets when somebody takes this code; until then it keeps the one that it has.
  ALTER TABLE pairing ADD COLUMN next_ha1 TEXT;
  `,
  `
  -- Lists are searched in memory: their indexes need not hold the texts any more.
  DROP INDEX unit_list;
  CREATE INDEX unit_building ON unit (building_id, kind, sort_key, id);
  DROP INDEX account_list;
  -- The few gateways of a site, and the few rules that are not for everybody, are found without looking at the others.
  CREATE INDEX account_type ON account (site_id, type, enabled, username);
  CREATE INDEX rule_for_some ON rule (site_id, unit_id, position) WHERE enabled = 1 AND source_pattern <> '*';
  `,
  `
  -- The site whose rows a restore is copying; see takeovers.ts.
  CREATE TABLE restoring (
    site_id  TEXT PRIMARY KEY,
    audit_id INTEGER NOT NULL                    -- the newest entry of the log before the first that came along
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- A flat that is removed takes along the accounts of its site and of itself: with an index for one of the two alone, SQLite looked
  -- through every account of the site for each flat.
  DROP INDEX account_unit;
  CREATE INDEX account_unit ON account (unit_id, site_id, username);
  `,
];

/** Notes each insert, update and delete of a table in provisioning_change; `%` in `name` stands for the row. */
function changeTriggers(table: string, noun: string, name: string): string {
  const trigger = (event: string, row: string) => `
  CREATE TRIGGER ${table}_${event.toLowerCase()}_noted AFTER ${event} ON ${table}
  WHEN ${name.replace("%", row)} IS NOT NULL
  BEGIN
    INSERT INTO provisioning_change (site_id, noun, name, revision)
    VALUES (${row}.site_id, '${noun}', ${name.replace("%", row)},
      coalesce((SELECT revision FROM provisioning WHERE site_id = ${row}.site_id), 1))
    ON CONFLICT DO UPDATE SET revision = excluded.revision;
  END;`;
  return [trigger("INSERT", "NEW"), trigger("UPDATE", "NEW"), trigger("DELETE", "OLD")].join("");
}
