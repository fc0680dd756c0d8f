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
CREATE TABLE "library_days" (
	"date" date PRIMARY KEY NOT NULL,
	"plays" integer NOT NULL,
	"listeners" integer NOT NULL
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
CREATE INDEX "clip_days_by_date" ON "clip_days" USING btree ("date");--> statement-breakpoint
CREATE INDEX "play_events_of_listener" ON "play_events" USING btree ("listener","clip_id","at");--> statement-breakpoint
CREATE INDEX "play_events_by_date" ON "play_events" USING btree ("date");