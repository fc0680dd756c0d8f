DROP INDEX "clip_days_by_date";--> statement-breakpoint
ALTER TABLE "clips" ADD COLUMN "trend" double precision DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "clips_trending" ON "clips" USING btree ("trend" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
-- The plays that are there already: the formula is explained at recordPlays.
UPDATE "clips" SET "trend" = past.trend FROM (
	SELECT clip_id, round(((latest - date '2020-01-01') / 3.0::float8
		+ ln(sum(plays * power(2.0::float8, (date - latest) / 3.0::float8))) / ln(2.0::float8))::numeric, 6) AS trend
	FROM (SELECT clip_id, date, plays, max(date) OVER (PARTITION BY clip_id) AS latest FROM clip_days WHERE plays > 0) day
	WHERE date > latest - 60 GROUP BY clip_id, latest
) past WHERE past.clip_id = "clips"."id";
