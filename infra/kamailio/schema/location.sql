-- After Kamailio's own usrloc-create.sql, and on files of before. Kamailio keeps the registrations in memory, reads this file
-- whole when it starts and writes by `ruid`: each other index only made a REGISTER dearer.
DROP INDEX IF EXISTS location_account_contact_idx;
DROP INDEX IF EXISTS location_expires_idx;
DROP INDEX IF EXISTS location_tcpcon_idx;
DROP INDEX IF EXISTS location_connection_idx;
