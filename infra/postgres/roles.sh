#!/bin/bash
# Who may sign in to a district's database: its owner, who migrates, and one user a service, each with
# the rights of its service's role alone (what that role may touch is granted by `tanggap migrate`).
set -euo pipefail

secret() { cat "/run/secrets/$1_password"; }

as_admin() { psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --dbname postgres "$@"; }

as_admin -v password="$(secret owner)" <<'SQL'
CREATE ROLE tanggap LOGIN PASSWORD :'password';
CREATE DATABASE tanggap OWNER tanggap;
REVOKE ALL ON DATABASE tanggap FROM PUBLIC;
SQL
for service in intake resolution publication reporting; do
  as_admin -v password="$(secret $service)" -v role="tanggap_$service" -v name="$service" <<'SQL'
CREATE ROLE :"role" NOLOGIN;
CREATE ROLE :"name" LOGIN PASSWORD :'password' IN ROLE :"role";
GRANT CONNECT ON DATABASE tanggap TO :"role";
-- A destroyed key is written over on the disk, too, and cut off the write-ahead log.
GRANT pg_checkpoint TO :"role";
\connect tanggap
GRANT EXECUTE ON FUNCTION pg_switch_wal() TO :"role";
SQL
done
