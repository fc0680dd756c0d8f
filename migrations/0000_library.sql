-- Search: trigrams make `like '%word%'` an index scan.
CREATE EXTENSION IF NOT EXISTS pg_trgm;--> statement-breakpoint
-- The text that a search matches, in lower case. A generated column needs an immutable expression, and array_to_string is
-- only declared stable, although it is immutable for text[]. So this function declares it.
CREATE FUNCTION clip_search_text(title text, description text, artist text, tags text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lower(concat_ws(' ', title, description, artist, array_to_string(tags, ' ')));--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	CONSTRAINT "api_keys_hash_unique" UNIQUE("hash"),
	CONSTRAINT "api_keys_name" CHECK (char_length("api_keys"."name") between 1 and 100),
	CONSTRAINT "api_keys_hash" CHECK ("api_keys"."hash" ~ '^[0-9a-f]{64}$'),
	CONSTRAINT "api_keys_scopes" CHECK ("api_keys"."scopes" <@ array['read', 'write', 'admin'] and "api_keys"."scopes" <> '{}')
);
--> statement-breakpoint
CREATE TABLE "clip_countries" (
	"clip_id" uuid NOT NULL,
	"country" text NOT NULL,
	"plays" bigint NOT NULL,
	CONSTRAINT "clip_countries_clip_id_country_pk" PRIMARY KEY("clip_id","country")
);
--> statement-breakpoint
CREATE TABLE "clip_days" (
	"clip_id" uuid NOT NULL,
	"date" date NOT NULL,
	"plays" integer NOT NULL,
	"listeners" integer NOT NULL,
	"repeats" integer NOT NULL,
	"last_started_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "clip_days_clip_id_date_pk" PRIMARY KEY("clip_id","date")
);
--> statement-breakpoint
CREATE TABLE "clips" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid,
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
	"deliberate_duplicate" boolean DEFAULT false NOT NULL,
	"play_count" bigint DEFAULT 0 NOT NULL,
	"trend" double precision DEFAULT 0 NOT NULL,
	"analysis" text DEFAULT 'pending' NOT NULL,
	"loudness" real,
	"peak" real,
	"purge_pending" boolean DEFAULT false NOT NULL,
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
CREATE TABLE "library_days" (
	"date" date PRIMARY KEY NOT NULL,
	"plays" integer NOT NULL,
	"listeners" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "maintenance_state" (
	"name" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "play_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"clip_id" uuid NOT NULL,
	"listener" text NOT NULL,
	"country" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"date" date GENERATED ALWAYS AS (("at" at time zone 'UTC')::date) STORED NOT NULL,
	"counted" boolean NOT NULL
);
--> statement-breakpoint
ALTER TABLE "clip_countries" ADD CONSTRAINT "clip_countries_clip_id_clips_id_fk" FOREIGN KEY ("clip_id") REFERENCES "public"."clips"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "clip_days" ADD CONSTRAINT "clip_days_clip_id_clips_id_fk" FOREIGN KEY ("clip_id") REFERENCES "public"."clips"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "clips_unique_audio" ON "clips" USING btree (coalesce("owner_id", '00000000-0000-0000-0000-000000000000'),"sha256") WHERE not "clips"."deliberate_duplicate";--> statement-breakpoint
CREATE INDEX "clips_newest" ON "clips" USING btree ("created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "clips_popular" ON "clips" USING btree ("play_count" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "clips_trending" ON "clips" USING btree ("trend" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "clips_by_genre" ON "clips" USING btree ("genre","created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "clips_purge_pending" ON "clips" USING btree ("id") WHERE "clips"."purge_pending";--> statement-breakpoint
CREATE INDEX "clips_tagged" ON "clips" USING gin ("tags");--> statement-breakpoint
CREATE INDEX "clips_searched" ON "clips" USING gin ("search_text" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "idempotency_keys_by_age" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "play_events_of_listener" ON "play_events" USING btree ("listener","clip_id","at");--> statement-breakpoint
CREATE INDEX "play_events_by_date" ON "play_events" USING btree ("date");