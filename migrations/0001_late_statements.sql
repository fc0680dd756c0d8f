CREATE TABLE "used_clip_ids" (
	"id" uuid PRIMARY KEY NOT NULL,
	"used_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "idempotency_keys" ALTER COLUMN "clip_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "clips" ADD COLUMN "patches" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "used_clip_ids_by_age" ON "used_clip_ids" USING btree ("used_at");