-- After Kamailio's own dialog-create.sql, and on files of before. Kamailio writes a call's row as its 200 passes, and only then
-- sets its timer: until the ACK, `timeout` is a time long past, and a Kamailio that was killed there ended the call on its return.
-- 7200: dialog's default_timeout (modules.cfg).
CREATE TRIGGER IF NOT EXISTS dialog_without_timeout AFTER INSERT ON dialog WHEN NEW.timeout < NEW.start_time
BEGIN
  UPDATE dialog SET timeout = NEW.start_time + 7200 WHERE id = NEW.id;
END;
-- Kamailio deletes both itself; what a kill between the two leaves goes at its next start (route KEPT_CALLS).
DROP TRIGGER IF EXISTS dialog_with_variables;
