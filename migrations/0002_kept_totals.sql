CREATE TABLE "library_holdings" (
	"visibility" text PRIMARY KEY NOT NULL,
	"clips" bigint NOT NULL,
	"bytes" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "clips_popular_public" ON "clips" USING btree ("play_count" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE "clips"."visibility" = 'public';--> statement-breakpoint
INSERT INTO library_holdings VALUES ('public', 0, 0), ('private', 0, 0);--> statement-breakpoint
-- Every change of the holdings locks both rows first, in one order, and keeps them until it commits. So no two changes wait
-- for each other, and a recount sees either all of a change (in the clips and in the holdings) or nothing of it.
CREATE FUNCTION lock_library_holdings() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM 1 FROM library_holdings ORDER BY visibility FOR UPDATE;
END $$;--> statement-breakpoint
-- Counts anew. For those who load many clips with the triggers off, and call it afterwards.
CREATE FUNCTION rebuild_library_holdings() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM lock_library_holdings();
	UPDATE library_holdings held SET clips = coalesce(counted.clips, 0), bytes = coalesce(counted.bytes, 0)
	FROM library_holdings each LEFT JOIN (
		SELECT visibility, count(*) AS clips, sum(size) AS bytes FROM clips GROUP BY visibility
	) counted USING (visibility)
	WHERE held.visibility = each.visibility;
END $$;--> statement-breakpoint
-- After a statement that inserts or deletes clips, which are `changed`. One without effect locks nothing.
CREATE FUNCTION count_changed_clips() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	direction CONSTANT integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
	IF EXISTS (SELECT FROM changed) THEN
		PERFORM lock_library_holdings();
		UPDATE library_holdings held
		SET clips = held.clips + direction * change.clips, bytes = held.bytes + direction * change.bytes
		FROM (SELECT visibility, count(*) AS clips, sum(size) AS bytes FROM changed GROUP BY visibility) change
		WHERE held.visibility = change.visibility;
	END IF;
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE FUNCTION count_edited_clip() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM lock_library_holdings();
	UPDATE library_holdings SET clips = clips - 1, bytes = bytes - OLD.size WHERE visibility = OLD.visibility;
	UPDATE library_holdings SET clips = clips + 1, bytes = bytes + NEW.size WHERE visibility = NEW.visibility;
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE FUNCTION count_no_clips() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM rebuild_library_holdings();
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER count_inserted_clips AFTER INSERT ON clips REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION count_changed_clips();--> statement-breakpoint
CREATE TRIGGER count_deleted_clips AFTER DELETE ON clips REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION count_changed_clips();--> statement-breakpoint
-- For each row, because transition tables and a list of columns exclude each other. With the list, counting plays costs
-- nothing here and locks nothing.
CREATE TRIGGER count_edited_clip AFTER UPDATE OF visibility, size ON clips FOR EACH ROW
WHEN ((OLD.visibility, OLD.size) IS DISTINCT FROM (NEW.visibility, NEW.size)) EXECUTE FUNCTION count_edited_clip();--> statement-breakpoint
CREATE TRIGGER count_truncated_clips AFTER TRUNCATE ON clips
FOR EACH STATEMENT EXECUTE FUNCTION count_no_clips();--> statement-breakpoint
-- The triggers' creation lets no one write clips until this commits.
SELECT rebuild_library_holdings();
