ALTER TABLE "clips" DROP CONSTRAINT "clips_analysis";--> statement-breakpoint
ALTER TABLE "clips" ADD COLUMN "analysis_version" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "clips" ADD COLUMN "analysis_starts" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "clips" ADD COLUMN "loudness_range" real;--> statement-breakpoint
CREATE INDEX "clips_by_analysis_version" ON "clips" USING btree ("analysis_version","id");--> statement-breakpoint
ALTER TABLE "clips" ADD CONSTRAINT "clips_analysis" CHECK ("clips"."analysis" in ('pending', 'done', 'failed', 'unsupported'));