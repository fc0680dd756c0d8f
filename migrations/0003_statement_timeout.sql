-- A statement ends before the Worker gives it up (src/db/connection.ts), so that none goes on for nobody. It is a setting
-- of the database, because a pooled connection keeps no SET. Only its owner may change it; another role changes its own.
DO $$ BEGIN
	EXECUTE format('ALTER DATABASE %I SET statement_timeout = ''9s''', current_database());
EXCEPTION WHEN insufficient_privilege THEN
	EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET statement_timeout = ''9s''', current_database());
END $$;
