CREATE TABLE "upkeep" (
	"name" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "clips_edited" ON "clips" USING btree ("updated_at","id") WHERE "clips"."revision" > 1;