-- After Kamailio's own dialog-create.sql, and on files of before.
-- What these did, Kamailio does at its start (route KEPT_CALLS): as triggers they cost each call, for the sake of one that is killed.
DROP TRIGGER IF EXISTS dialog_with_variables;
DROP TRIGGER IF EXISTS dialog_without_timeout;
