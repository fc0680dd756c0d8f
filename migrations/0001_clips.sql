CREATE TABLE "clips" (
	"id" uuid PRIMARY KEY NOT NULL,
	"title" text NOT NULL,
	"description" text,
	"artist" text,
	"genre" text,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"license" text,
	"visibility" text DEFAULT 'public' NOT NULL,
	"duration" double precision,
	"content_type" text NOT NULL,
	"size" bigint NOT NULL,
	"codec" text,
	"bitrate" integer,
	"sample_rate" integer,
	"channels" integer,
	"sha256" text NOT NULL,
	"play_count" bigint DEFAULT 0 NOT NULL,
	"analysis" text DEFAULT 'pending' NOT NULL,
	"loudness" real,
	"peak" real,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"search_text" text GENERATED ALWAYS AS (clip_search_text("clips"."title", "clips"."description", "clips"."artist", "clips"."tags")) STORED,
	CONSTRAINT "clips_title" CHECK (char_length("clips"."title") between 1 and 200),
	CONSTRAINT "clips_description" CHECK (char_length("clips"."description") <= 5000),
	CONSTRAINT "clips_artist" CHECK (char_length("clips"."artist") between 1 and 200),
	CONSTRAINT "clips_genre" CHECK (char_length("clips"."genre") between 1 and 60),
	CONSTRAINT "clips_license" CHECK (char_length("clips"."license") between 1 and 100),
	CONSTRAINT "clips_tags" CHECK (cardinality("clips"."tags") <= 20),
	CONSTRAINT "clips_visibility" CHECK ("clips"."visibility" in ('public', 'private')),
	CONSTRAINT "clips_analysis" CHECK ("clips"."analysis" in ('pending', 'done', 'failed')),
	CONSTRAINT "clips_duration" CHECK ("clips"."duration" > 0),
	CONSTRAINT "clips_size" CHECK ("clips"."size" > 0),
	CONSTRAINT "clips_bitrate" CHECK ("clips"."bitrate" > 0),
	CONSTRAINT "clips_sample_rate" CHECK ("clips"."sample_rate" > 0),
	CONSTRAINT "clips_channels" CHECK ("clips"."channels" > 0),
	CONSTRAINT "clips_sha256" CHECK ("clips"."sha256" ~ '^[0-9a-f]{64}$'),
	CONSTRAINT "clips_play_count" CHECK ("clips"."play_count" >= 0)
);
--> statement-breakpoint
CREATE INDEX "clips_newest" ON "clips" USING btree ("created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "clips_popular" ON "clips" USING btree ("play_count" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "clips_by_title" ON "clips" USING btree (lower("title"),"id");--> statement-breakpoint
CREATE INDEX "clips_by_duration" ON "clips" USING btree ("duration","id");--> statement-breakpoint
CREATE INDEX "clips_by_genre" ON "clips" USING btree ("genre","created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "clips_tagged" ON "clips" USING gin ("tags");--> statement-breakpoint
CREATE INDEX "clips_searched" ON "clips" USING gin ("search_text" gin_trgm_ops);