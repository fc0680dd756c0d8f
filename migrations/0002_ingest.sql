CREATE TABLE "idempotency_keys" (
	"owner" text NOT NULL,
	"key" text NOT NULL,
	"clip_id" uuid NOT NULL,
	"attempt_id" uuid NOT NULL,
	"locked_until" timestamp (3) with time zone NOT NULL,
	"fingerprint" text,
	"answer" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_owner_key_pk" PRIMARY KEY("owner","key")
);
--> statement-breakpoint
ALTER TABLE "clips" ADD COLUMN "owner_id" uuid;--> statement-breakpoint
ALTER TABLE "clips" ADD COLUMN "deliberate_duplicate" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "idempotency_keys_by_age" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "clips_unique_audio" ON "clips" USING btree (coalesce("owner_id", '00000000-0000-0000-0000-000000000000'),"sha256") WHERE not "clips"."deliberate_duplicate";