-- Search: trigrams compare names, and levenshtein() counts the errors of a word.
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;--> statement-breakpoint
-- A text as search compares it, the same for clips and for queries: words in lower case and without accents, with one space between
-- them. Inside a word '-' stands for a sign, and '+' stands between letters of a script that is written without spaces.
CREATE FUNCTION fold_text(raw text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  WITH character_classes (apostrophe, accent, sign, unspaced) AS (VALUES (
    -- Apostrophes of every kind, and what is invisible.
    E'''`\u00B4\u02B9-\u02BF\u2018-\u201B\u2032\u2035\uFF07\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFE00-\uFE0F\uFEFF',
    -- Accents of Latin, Greek and Cyrillic, points of Hebrew, vowels of Arabic. The marks of other scripts are letters.
    E'\u0300-\u036F\u20D0-\u20FF\u0483-\u0487\u0591-\u05C7\u0610-\u061A\u0640\u064B-\u065F\u0670`\u00B4\u02B9-\u02BF\u2018-\u201B\u2032\u2035\uFF07',
    -- Punctuation and symbols of ASCII and Latin-1, currencies, arrows, pictures, general and CJK punctuation, commas and the like of other scripts.
    E'\u0021-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u007E\u00A1-\u00BF\u00D7\u00F7'
      '\u2010-\u205E\u20A0-\u20CF\u2190-\u2BFF\U0001F000-\U0001FAFF\u2E00-\u2E7F\u3001-\u3004\u3008-\u3020\u3030\u30FB\u060C\u061B\u061F\u06D4\u0964\u0965',
    -- Thai, Lao, Burmese, Khmer, Chinese, Japanese and Korean.
    E'\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3005-\u3007\u3031-\u30FA\u30FC-\u30FF'
      '\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\U00020000-\U0003FFFF'
  )), letters AS (
    SELECT sign, unspaced, CASE WHEN octet_length(raw) = length(raw) THEN translate(lower(raw), '''`', '') ELSE normalize(
      -- Letters that have no decomposition in Unicode, and Katakana as Hiragana.
      translate(replace(replace(replace(replace(replace(
        regexp_replace(lower(normalize(regexp_replace(raw, '[' || apostrophe || ']', '', 'g'), NFKD)), '[' || accent || ']', '', 'g'),
        'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'ŋ', 'ng'),
        'øłđðħıŧςґァアィイゥウェエォオカキクケコサシスセソタチッツテトナニヌネノハヒフヘホマミムメモャヤュユョヨラリルレロヮワヰヱヲンヵヶ',
        'olddhitσгぁあぃいぅうぇえぉおかきくけこさしすせそたちっつてとなにぬねのはひふへほまみむめもゃやゅゆょよらりるれろゎわゐゑをんゕゖ'), NFC) END AS text
    FROM character_classes
  ), words AS (
    -- A run of signs that has a space separates words. One without is inside a word.
    SELECT unspaced, trim(both ' -' from regexp_replace(
      regexp_replace(text, '[' || sign || ']*\s[\s' || sign || ']*', ' ', 'g'), '[' || sign || ']+', '-', 'g')) AS text
    FROM letters
  )
  -- Most texts are ASCII, where little can be found.
  SELECT CASE WHEN octet_length(raw) = length(raw) THEN text ELSE regexp_replace(regexp_replace(regexp_replace(regexp_replace(text,
    '([' || unspaced || '])-|-(?=[' || unspaced || '])', '\1 ', 'g'),
    '([' || unspaced || '])(?=[' || unspaced || '])', '\1+', 'g'),
    '([' || unspaced || '])(?=[^ +-])', '\1 ', 'g'),
    '([^ +-])(?=[' || unspaced || '])', '\1 ', 'g') END
  FROM words
);--> statement-breakpoint
-- The words of a text alone.
CREATE FUNCTION folded_words(raw text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(fold_text(raw), '+-', '  ');--> statement-breakpoint
-- What a folded text has beside its words: 'ac-dc' is also 'acdc', and letters joined by '+' are also read in pairs, '東+京+都' as '東京 京都'.
CREATE FUNCTION joined_words(folded text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  SELECT coalesce(string_agg(CASE WHEN word LIKE '%-%' THEN translate(word, '-', '') ELSE pairs END, ' '), '')
  FROM unnest(string_to_array(folded, ' ')) word, LATERAL (
    SELECT string_agg(letter || next, ' ')
    FROM (SELECT letter, lead(letter) OVER (ORDER BY place) AS next
      FROM unnest(string_to_array(word, '+')) WITH ORDINALITY AS spelt (letter, place)) letters
    WHERE next IS NOT NULL) AS found (pairs));--> statement-breakpoint
-- The lexemes of a folded text: its words, which have places and a weight; their English stems, and what joined_words() gives.
CREATE FUNCTION text_document(folded text, weight "char") RETURNS tsvector LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  words text := translate(folded, '+-', '  ');
  document tsvector := setweight(to_tsvector('simple', words), weight) || strip(to_tsvector('english', words));
BEGIN
  IF words <> folded THEN RETURN document || strip(to_tsvector('simple', joined_words(folded))); END IF;
  RETURN document;
END $$;--> statement-breakpoint
-- Everything that a search or a filter can ask of a clip. Words have places and weights. The rest has a mark in front: '^' a word of
-- title or artist, '=' all of one, and the name of a field its value.
CREATE FUNCTION clip_document(
  title text, artist text, genre text, tags text[], description text, license text, visibility text, owner_id uuid, seconds float8
) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  folded_title text := fold_text(title);
  folded_artist text := fold_text(artist);
  names tsvector := text_document(folded_title, 'A') || coalesce(text_document(folded_artist, 'B'), '');
  -- Simple expressions one by one: plpgsql evaluates them without a plan.
  -- A lexeme has up to 2,046 bytes. Folding can make 18 characters of one.
  marks text[] := ARRAY(SELECT '^' || lexeme FROM unnest(tsvector_to_array(names)) lexeme WHERE length(lexeme) <= 400
    UNION ALL SELECT 'tag:' || tag FROM unnest(tags) tag);
BEGIN
  marks := marks || array_remove(ARRAY['=' || nullif(left(translate(folded_title, '+-', '  '), 400), ''), '=' || left(translate(folded_artist, '+-', '  '), 400), 'artist:' || left(folded_artist, 400), 'genre:' || genre,
    'license:' || lower(license), 'visibility:' || visibility, 'owner:' || coalesce(owner_id::text, 'none'),
    'duration:' || duration_key(seconds), 'durations:' || (duration_key(seconds) >> 5)], NULL);
  RETURN names
    || text_document(fold_text(concat_ws(' , ', genre, array_to_string(tags, ' , '))), 'C')
    || coalesce(text_document(fold_text(description), 'D'), '')
    || array_to_tsvector(marks);
END $$;--> statement-breakpoint
-- Cells say where a clip stands in each order of a list: exactly and ever more coarsely, each 32 times as wide as the one before. With
-- them in the index, it is found in a few steps where the matches of a list go on, however far away that is.
CREATE FUNCTION letter_key(letter text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN letter = '' THEN 0 WHEN ascii(letter) < 48 THEN 1 WHEN ascii(letter) < 97 THEN 2
  WHEN ascii(letter) < 123 THEN ascii(letter) - 94 WHEN ascii(letter) < 1424 THEN 29 WHEN ascii(letter) < 12352 THEN 30 ELSE 31 END;--> statement-breakpoint
CREATE FUNCTION first_letter(key bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE key WHEN 0 THEN chr(1) WHEN 1 THEN ' ' WHEN 2 THEN '0' WHEN 29 THEN '{' WHEN 30 THEN chr(1424) WHEN 31 THEN chr(12352)
  WHEN 32 THEN chr(1114111) ELSE chr(key::int + 94) END;--> statement-breakpoint
-- Three letters. Where letters share a key, the ones behind say nothing about the order.
CREATE FUNCTION title_key(title text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
  SELECT (letter_key(substr(start, 1, 1)) << 10) | (letter_key(substr(start, 2, 1)) << 5) | letter_key(substr(start, 3, 1))
  FROM (VALUES (substring(title FROM '^[a-z ]{0,2}.?'))) cut (start));--> statement-breakpoint
-- The first title of a key; of a key that no title has, the first one behind.
CREATE FUNCTION title_boundary(key bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
  SELECT CASE
    WHEN one IN (2, 29, 30, 31) AND two + three > 0 THEN first_letter(one + 1)
    WHEN two IN (2, 29, 30, 31) AND three > 0 THEN first_letter(one) || first_letter(two + 1)
    ELSE rtrim(first_letter(one) || first_letter(two) || first_letter(three), chr(1)) END
  FROM (VALUES (key >> 10, (key >> 5) & 31, key & 31)) letters (one, two, three));--> statement-breakpoint
-- Half a minute.
CREATE FUNCTION time_key(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN floor(greatest(0, extract(epoch FROM at)) / 32)::bigint;--> statement-breakpoint
-- An eighth of a doubling.
CREATE FUNCTION plays_key(plays bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN floor(8 * ln(1 + plays::float8) / ln(2::float8) + 1e-9)::bigint;--> statement-breakpoint
-- A doubling, because it is a logarithm.
CREATE FUNCTION trend_key(trend float8) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN floor(trend)::bigint;--> statement-breakpoint
-- 3 %; 1023 if it is unknown, which comes last.
CREATE FUNCTION duration_key(seconds float8) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN seconds < 1e9 THEN floor(24 * ln(greatest(seconds * 1000, 1)) / ln(2::float8) + 1e-9)::bigint ELSE 1023 END;--> statement-breakpoint
CREATE FUNCTION list_cell(axis int, depth int, key bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((axis * 8 + depth)::bigint << 40) | (key >> 5 * depth);--> statement-breakpoint
CREATE FUNCTION clip_cells(at timestamptz, title text, seconds float8, plays bigint, trend float8)
RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY[
  list_cell(1, 0, time_key(at)), list_cell(1, 1, time_key(at)), list_cell(1, 2, time_key(at)), list_cell(1, 3, time_key(at)),
  list_cell(1, 4, time_key(at)),
  list_cell(2, 0, title_key(title)), list_cell(2, 1, title_key(title)), list_cell(2, 2, title_key(title)),
  list_cell(3, 0, duration_key(seconds)), list_cell(3, 1, duration_key(seconds)),
  list_cell(4, 0, plays_key(plays)), list_cell(4, 1, plays_key(plays)),
  list_cell(5, 0, trend_key(trend)), list_cell(5, 1, trend_key(trend))];--> statement-breakpoint
-- A word without up to two of its first seven letters, one of short words: words that differ by as many errors have such a rest in
-- common (SymSpell).
CREATE FUNCTION word_deletions(word text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
  WITH start (letters) AS (SELECT left(word, 7)), once AS (
    SELECT overlay(letters PLACING '' FROM place FOR 1) AS rest, place FROM start, generate_series(1, length(letters)) place
  )
  SELECT array_agg(DISTINCT rest) FROM (
    SELECT letters FROM start UNION ALL SELECT rest FROM once
    UNION ALL
    SELECT overlay(rest PLACING '' FROM second FOR 1) FROM once, generate_series(place, length(rest)) second WHERE length(word) > 5
  ) deletions (rest));--> statement-breakpoint
CREATE TABLE "clip_documents" (
	"id" uuid PRIMARY KEY NOT NULL,
	"document" "tsvector" NOT NULL,
	"cells" bigint[] NOT NULL,
	"names" text NOT NULL,
	"genre" text,
	"tags" text[] NOT NULL,
	"license" text,
	"duration" double precision,
	"created_at" timestamp (3) with time zone NOT NULL,
	"popularity" integer NOT NULL
);--> statement-breakpoint
CREATE TABLE "facet_counts" (
	"facet" text NOT NULL,
	"value" text NOT NULL,
	"clips" integer NOT NULL,
	CONSTRAINT "facet_counts_facet_value_pk" PRIMARY KEY("facet","value")
);--> statement-breakpoint
CREATE TABLE "words" (
	"word" text PRIMARY KEY NOT NULL,
	"clips" integer NOT NULL
);--> statement-breakpoint
DROP INDEX "clips_by_genre";--> statement-breakpoint
DROP INDEX "clips_tagged";--> statement-breakpoint
DROP INDEX "clips_searched";--> statement-breakpoint
ALTER TABLE "clips" ADD COLUMN "title_key" text GENERATED ALWAYS AS (left(folded_words("clips"."title"), 400)) STORED;--> statement-breakpoint
CREATE INDEX "clip_documents_searched" ON "clip_documents" USING gin ("document","cells") WITH (fastupdate=false);--> statement-breakpoint
CREATE INDEX "facet_counts_most" ON "facet_counts" USING btree ("facet","clips" DESC NULLS FIRST,"value");--> statement-breakpoint
CREATE INDEX "words_begun" ON "words" USING btree ("word" collate "C");--> statement-breakpoint
CREATE INDEX "words_misspelt" ON "words" USING gin (word_deletions("word")) WITH (fastupdate=false);--> statement-breakpoint
CREATE INDEX "clips_by_title" ON "clips" USING btree ("title_key" collate "C","id");--> statement-breakpoint
CREATE INDEX "clips_by_duration" ON "clips" USING btree (coalesce("duration", 'infinity'),"id");--> statement-breakpoint
ALTER TABLE "clips" DROP COLUMN "search_text";--> statement-breakpoint
-- The documents of all clips, as the triggers write them.
CREATE VIEW described_clips AS
SELECT id, clip_document(title, artist, genre, tags, description, license, visibility, owner_id, duration) AS document,
  clip_cells(created_at, title_key, duration, play_count, trend) AS cells,
  folded_words(concat_ws(' ', title, artist)) AS names, genre, tags, license, duration, created_at, plays_key(play_count) AS popularity
FROM clips;--> statement-breakpoint
-- The words of a document, which are counted.
CREATE FUNCTION spelt_words(document tsvector) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT lexeme FROM unnest(tsvector_to_array(document)) lexeme
  WHERE length(lexeme) <= 30 AND lexeme !~ '[:=^]';
END;--> statement-breakpoint
-- What a public clip counts for.
CREATE FUNCTION facet_values(document tsvector, genre text, license text, tags text[])
RETURNS TABLE (facet text, value text) LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT facet, value FROM (
    SELECT 'genre', genre UNION ALL SELECT 'license', license UNION ALL SELECT DISTINCT 'tag', unnest(tags)
  ) named (facet, value) WHERE value IS NOT NULL AND document @@ '''visibility:public'''::tsquery;
END;--> statement-breakpoint
CREATE FUNCTION write_clip_documents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO clip_documents SELECT * FROM described_clips WHERE id IN (SELECT id FROM changed);
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE FUNCTION delete_clip_documents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM clip_documents WHERE id IN (SELECT id FROM changed);
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE FUNCTION rewrite_clip_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM clip_documents WHERE id = NEW.id;
  INSERT INTO clip_documents SELECT * FROM described_clips WHERE id = NEW.id;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE FUNCTION move_clip_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE clip_documents SET popularity = plays_key(NEW.play_count),
    cells = clip_cells(NEW.created_at, NEW.title_key, NEW.duration, NEW.play_count, NEW.trend)
  WHERE id = NEW.id;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER write_clip_documents AFTER INSERT ON clips REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION write_clip_documents();--> statement-breakpoint
CREATE TRIGGER write_clip_documents_deleted AFTER DELETE ON clips REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION delete_clip_documents();--> statement-breakpoint
CREATE TRIGGER write_clip_documents_edited
AFTER UPDATE OF title, artist, genre, tags, description, license, visibility, owner_id, duration, created_at ON clips
FOR EACH ROW EXECUTE FUNCTION rewrite_clip_document();--> statement-breakpoint
-- A play moves a clip a little in some orders, and to other cells only now and then.
CREATE TRIGGER write_clip_documents_played AFTER UPDATE OF play_count, trend ON clips FOR EACH ROW
WHEN (plays_key(OLD.play_count) <> plays_key(NEW.play_count) OR trend_key(OLD.trend) <> trend_key(NEW.trend))
EXECUTE FUNCTION move_clip_document();--> statement-breakpoint
-- Counts the words and facets of documents that a statement has written or deleted. One statement at a time: words have no order in
-- which all could lock them.
CREATE FUNCTION count_clip_documents() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  direction CONSTANT int := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
  IF NOT EXISTS (SELECT FROM changed) THEN RETURN NULL; END IF;
  PERFORM lock_library_holdings();
  INSERT INTO words AS known SELECT word, direction * count(*) FROM changed, spelt_words(document) word GROUP BY word
  ON CONFLICT (word) DO UPDATE SET clips = known.clips + excluded.clips;
  INSERT INTO facet_counts AS known
  SELECT facet, value, direction * count(*) FROM changed, facet_values(document, genre, license, tags) GROUP BY facet, value
  ON CONFLICT (facet, value) DO UPDATE SET clips = known.clips + excluded.clips;
  IF TG_OP = 'DELETE' THEN
    DELETE FROM words WHERE word IN (SELECT word FROM changed, spelt_words(document) word) AND clips <= 0;
    DELETE FROM facet_counts
    WHERE (facet, value) IN (SELECT facet, value FROM changed, facet_values(document, genre, license, tags)) AND clips <= 0;
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER count_written_clip_documents AFTER INSERT ON clip_documents REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION count_clip_documents();--> statement-breakpoint
CREATE TRIGGER count_deleted_clip_documents AFTER DELETE ON clip_documents REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION count_clip_documents();--> statement-breakpoint
-- Writes all anew. For those who load many clips with the triggers off, and call it afterwards.
CREATE FUNCTION rebuild_clip_documents() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  TRUNCATE clip_documents, words, facet_counts;
  DROP INDEX clip_documents_searched, words_misspelt;
  ALTER TABLE clip_documents DISABLE TRIGGER count_written_clip_documents;
  INSERT INTO clip_documents SELECT * FROM described_clips ORDER BY created_at, id;
  ALTER TABLE clip_documents ENABLE TRIGGER count_written_clip_documents;
  INSERT INTO words SELECT word, ndoc FROM ts_stat('SELECT document FROM clip_documents')
  WHERE length(word) <= 30 AND word !~ '[:=^]';
  INSERT INTO facet_counts
  SELECT facet, value, count(*) FROM clip_documents, facet_values(document, genre, license, tags) GROUP BY facet, value;
  CREATE INDEX clip_documents_searched ON clip_documents USING gin (document, cells) WITH (fastupdate = off);
  CREATE INDEX words_misspelt ON words USING gin (word_deletions(word)) WITH (fastupdate = off);
END $$;--> statement-breakpoint
CREATE FUNCTION empty_clip_documents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  TRUNCATE clip_documents, words, facet_counts;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER write_clip_documents_truncated AFTER TRUNCATE ON clips
FOR EACH STATEMENT EXECUTE FUNCTION empty_clip_documents();--> statement-breakpoint
-- The orders of a list: the cells' axis, widest depth and place, the direction, and SQL of the value that sorts clips.
CREATE FUNCTION list_order(sort text) RETURNS TABLE (
  axis int, top_depth int, cell int, step int, value text, type text, as_text text, key_of text
) LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT axis, top_depth, cell, step, value, type, as_text, key_of FROM (VALUES
    ('newest', 1, 4, 1, -1, 'c.created_at', 'timestamptz', 'to_char(%s AT TIME ZONE ''UTC'', ''YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'')', 'time_key'),
    ('oldest', 1, 4, 1, 1, 'c.created_at', 'timestamptz', 'to_char(%s AT TIME ZONE ''UTC'', ''YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'')', 'time_key'),
    ('title', 2, 2, 6, 1, 'c.title_key COLLATE "C"', 'text', '%s::text', 'title_key'),
    ('duration', 3, 1, 9, 1, 'coalesce(c.duration, ''infinity'')', 'float8', '%s::text', 'duration_key'),
    ('popular', 4, 1, 11, -1, 'c.play_count', 'bigint', '%s::text', 'plays_key'),
    ('trending', 5, 1, 13, -1, 'c.trend', 'float8', '%s::text', 'trend_key')
  ) known (name, axis, top_depth, cell, step, value, type, as_text, key_of) WHERE name = sort;
END;--> statement-breakpoint
-- The value before which (with the smallest id) an order comes to the clips of a finest cell.
CREATE FUNCTION list_boundary(axis int, step int, key bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE axis
  WHEN 1 THEN to_char(to_timestamp((CASE step WHEN 1 THEN key ELSE key + 1 END) * 32) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  WHEN 2 THEN title_boundary(key)
  WHEN 3 THEN CASE WHEN key < 1023 THEN (power(2, (key - 1e-9::float8) / 24) / 1000)::text ELSE 'Infinity' END
  WHEN 4 THEN ceil(power(2, (key + 1) / 8.0::float8) - 1)::bigint::text
  WHEN 5 THEN (key + 1)::text END;--> statement-breakpoint
-- The query that one lexeme is there, all are, or any. Null for none.
CREATE FUNCTION quote_lexeme(lexeme text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''';--> statement-breakpoint
CREATE FUNCTION all_of(lexemes text[]) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT string_agg(quote_lexeme(lexeme), '&')::tsquery FROM unnest(lexemes) lexeme);--> statement-breakpoint
CREATE FUNCTION any_of(lexemes text[]) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT string_agg(quote_lexeme(lexeme), '|')::tsquery FROM unnest(lexemes) lexeme);--> statement-breakpoint
CREATE FUNCTION both_of(one tsquery, other tsquery) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(one && other, one, other);--> statement-breakpoint
-- The marks of the durations in a range, which may be a little longer or shorter: those of 3 % each, or of a wide range those 32 times as
-- wide. Null if there is no range.
CREATE FUNCTION duration_marks(shortest float8, longest float8) RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  first CONSTANT bigint := duration_key(coalesce(shortest, 0));
  last CONSTANT bigint := duration_key(least(longest, 1e8));
BEGIN
  IF shortest IS NULL AND longest IS NULL THEN RETURN NULL; END IF;
  IF last < first THEN RETURN ARRAY['duration:none']; END IF;
  IF last - first < 32 THEN RETURN ARRAY(SELECT 'duration:' || key FROM generate_series(first, last) key); END IF;
  RETURN ARRAY(SELECT 'durations:' || key FROM generate_series(first >> 5, last >> 5) key);
END $$;--> statement-breakpoint
-- What the index can tell of a query with phrases: their words in any order, and nothing of what is excluded; null if nothing remains. The
-- index has no places, so it takes a phrase's words from anywhere, and Postgres would read each such clip. Clips that this finds are counted
-- while they are read.
CREATE FUNCTION without_places(query tsquery) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN query::text !~ '<(-|\d+)>' THEN query
  ELSE regexp_replace(nullif(nullif(CASE WHEN strpos(query::text, '!') > 0 THEN querytree(query) ELSE query::text END, 'T'), ''),
    '<(-|\d+)>', '&', 'g')::tsquery END;--> statement-breakpoint
-- About the pages of the index that a look-up of a query reads, at most: a page has some 6,000 clips of a word.
CREATE FUNCTION lookup_pages(query tsquery) RETURNS int LANGUAGE sql STABLE
RETURN (
  SELECT coalesce(sum(4 + coalesce(known.clips, 0) / 6000), 0)
  FROM (SELECT ltrim(found[1], '^') AS lexeme FROM regexp_matches(query::text, '''((?:[^'']|'''')+)''', 'g') found) lexemes
    LEFT JOIN LATERAL (
      SELECT clips FROM words WHERE word = lexeme
      UNION ALL SELECT clips FROM facet_counts WHERE facet = split_part(lexeme, ':', 1) AND value = substr(lexeme, strpos(lexeme, ':') + 1)
      UNION ALL SELECT clips FROM library_holdings WHERE 'visibility:' || visibility = lexeme) known (clips) ON true)::int;--> statement-breakpoint
-- Which clips a list shows.
CREATE TYPE list_scope AS (
  -- What the index is asked. It always names something that a clip must have.
  matching tsquery,
  -- The phrases of a search, which the index cannot tell; null if there are none.
  phrases tsquery,
  -- What the caller may see. Most clips are public, so it is checked for the clips that are read: in the index it would cost
  -- more than it saves.
  visible tsquery,
  -- No more clips than this match, as far as it is known: those with the rarest genre, tag, licence or word.
  rarest int,
  -- Seconds.
  shortest float8,
  longest float8
);--> statement-breakpoint
-- A scope with one more condition.
CREATE FUNCTION narrowed_scope(scope list_scope, condition tsquery) RETURNS list_scope LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE loose CONSTANT tsquery := without_places(condition);
BEGIN
  IF loose IS DISTINCT FROM condition THEN scope.phrases := both_of(scope.phrases, condition); END IF;
  scope.matching := both_of(nullif(scope.matching, scope.visible), loose);
  IF scope.matching IS NULL OR querytree(scope.matching) IN ('', 'T') THEN
    scope.matching := both_of(scope.visible, scope.matching);
  END IF;
  RETURN scope;
END $$;--> statement-breakpoint
CREATE FUNCTION list_scope(required text[], artist text, visible text[], shortest float8, longest float8) RETURNS list_scope LANGUAGE plpgsql STABLE AS $$
DECLARE
  scope list_scope := ROW(NULL, NULL, any_of(visible), NULL, shortest, longest);
  marks text[] := array_remove(required || ('artist:' || left(fold_text(artist), 400)), NULL);
  durations CONSTANT text[] := duration_marks(shortest, longest);
BEGIN
  scope.rarest := CASE WHEN cardinality(marks) = 0 AND durations IS NULL THEN 2147483647 ELSE (
    SELECT min(clips) FROM unnest(marks) mark JOIN facet_counts ON facet = split_part(mark, ':', 1) AND value = substr(mark, strpos(mark, ':') + 1)) END;
  RETURN narrowed_scope(scope, both_of(all_of(marks), any_of(durations)));
END $$;--> statement-breakpoint
-- Whether a clip that matches is in the scope.
CREATE FUNCTION is_shown(document tsvector, duration float8, scope list_scope) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN document @@ scope.visible AND (scope.phrases IS NULL OR document @@ scope.phrases)
  AND (scope.shortest IS NULL OR duration >= scope.shortest) AND (scope.longest IS NULL OR duration <= scope.longest);--> statement-breakpoint
-- Whether the index may be asked for all clips that match. That takes a while if many do, which the numbers that are kept tell, or the share of
-- the clips near by that match. With several conditions there may be few all the same.
CREATE FUNCTION may_be_few(scope list_scope, near_share float8) RETURNS boolean LANGUAGE sql STABLE
RETURN coalesce(scope.rarest, near_share * (SELECT sum(clips) FROM library_holdings))
  < CASE WHEN strpos(scope.matching::text, '&') > 0 THEN 60000 ELSE 12000 END;--> statement-breakpoint
-- The next clips of an order after a position: which of them are in the scope, the last one, and the keys of both ends.
CREATE FUNCTION walk_list(scope list_scope, sort text, after_value text, after_id uuid, steps int)
RETURNS TABLE (ids uuid[], walked bigint, last_value text, last_id uuid, lowest bigint, highest bigint) LANGUAGE plpgsql STABLE AS $$
DECLARE
  o record;
  -- The most frequent list needs no documents.
  is_public CONSTANT boolean := scope.matching = '''visibility:public''';
BEGIN
  SELECT * INTO o FROM list_order(sort);
  RETURN QUERY EXECUTE format($walk$
    WITH near AS MATERIALIZED (
      SELECT c.id, c.visibility, c.duration, %1$s AS value FROM clips c WHERE $1 IS NULL OR (%1$s, c.id) %2$s ($1::%3$s, $2)
      ORDER BY %1$s %4$s, c.id %4$s LIMIT $3
    ), last AS (SELECT value, id FROM near OFFSET $3 - 1)
    SELECT ARRAY(SELECT id FROM near WHERE %7$s ORDER BY value %4$s, id %4$s),
      count(*), (SELECT %5$s FROM last), (SELECT id FROM last), %6$s(min(value)), %6$s(max(value)) FROM near
    $walk$, o.value, CASE o.step WHEN 1 THEN '>' ELSE '<' END, o.type, CASE o.step WHEN 1 THEN 'ASC' ELSE 'DESC' END,
    format(o.as_text, 'value'), o.key_of, CASE
      WHEN is_public THEN 'visibility = ''public'' AND ($4.shortest IS NULL OR duration >= $4.shortest) AND ($4.longest IS NULL OR duration <= $4.longest)'
      -- No join: the planner might read all that match.
      ELSE '(SELECT d.document @@ $4.matching AND is_shown(d.document, d.duration, $4) FROM clip_documents d WHERE d.id = near.id)' END)
  USING after_value, after_id, steps, scope;
END $$;--> statement-breakpoint
CREATE TYPE placed_document AS (id uuid, key bigint, shown boolean);--> statement-breakpoint
-- Reads the documents that match, anywhere or in one cell, up to a number. `ids` are those in the scope, without those that come before
-- `from_key` or after the next `wanted` ones; `clips` is how many were read.
CREATE FUNCTION read_documents(scope list_scope, cell bigint, number int, key_cell int, step int, from_key bigint, wanted int)
RETURNS TABLE (ids uuid[], clips bigint) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
  key_bits CONSTANT bigint := (1::bigint << 40) - 1;
  found placed_document[];
BEGIN
  IF cell IS NULL THEN
    found := ARRAY(SELECT ROW(d.id, step * (d.cells[key_cell] & key_bits), is_shown(d.document, d.duration, scope))::placed_document
      FROM clip_documents d WHERE d.document @@ scope.matching LIMIT number + 1);
  ELSE
    found := ARRAY(SELECT ROW(d.id, step * (d.cells[key_cell] & key_bits), is_shown(d.document, d.duration, scope))::placed_document
      FROM clip_documents d WHERE d.document @@ scope.matching AND d.cells @> ARRAY[cell] LIMIT number + 1);
  END IF;
  RETURN QUERY WITH next AS (
    SELECT id, key FROM unnest(found) WHERE shown AND key >= step * from_key
  ), last AS (
    SELECT max(key) AS key FROM (SELECT key FROM next WHERE key > step * from_key ORDER BY key LIMIT wanted) nearest
  )
  SELECT ARRAY(SELECT id FROM next WHERE key <= coalesce((SELECT key FROM last), step * from_key)), cardinality(found)::bigint;
END $$;--> statement-breakpoint
-- The ids of clips in the scope, among them the next `wanted` of an order after a position; more than these, and in no order. Where its
-- budget ends first, the last row has the position from which to go on.
-- Most lists are dense: their next clips are near in the order. Else a list with few clips is read whole, and for others the cells lead to
-- the next matches.
CREATE FUNCTION find_clips(scope list_scope, sort text, after_value text, after_id uuid, wanted int)
RETURNS TABLE (id uuid, stop_value text) LANGUAGE plpgsql STABLE AS $$
DECLARE
  more_steps CONSTANT int := 20;
  max_near_steps CONSTANT int := 400;
  leaf_steps CONSTANT int := 100;
  few_clips CONSTANT int := 400;
  cell_clips CONSTANT int := 100;
  max_pages CONSTANT int := 900;
  nobody CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
  o record; near record; cell record;
  near_steps int := wanted + more_steps;
  here bigint; ends bigint; child bigint; prefix bigint; prefixes bigint[] := '{}';
  first_depth int := 0; depth int; depths int[] := '{}';
  found int; pages int := 0; lookup int;
BEGIN
  SELECT * INTO o FROM list_order(sort);
  IF sort = 'duration' AND after_value IS NULL AND scope.shortest IS NOT NULL THEN
    after_value := scope.shortest;
    after_id := nobody;
  END IF;
  SELECT * INTO near FROM walk_list(scope, sort, after_value, after_id, near_steps);
  RETURN QUERY SELECT unnest(near.ids[:wanted]), NULL::text;
  found := cardinality(near.ids);
  IF found >= wanted OR near.walked < near_steps THEN RETURN; END IF;
  -- If the matches stay as dense, the others lie within so many clips.
  near_steps := near_steps * (wanted - found) * 3 / greatest(found, 1) / 2 + more_steps;
  IF found > 0 AND near_steps <= max_near_steps THEN
    SELECT * INTO near FROM walk_list(scope, sort, near.last_value, near.last_id, near_steps);
    RETURN QUERY SELECT unnest(near.ids[:wanted - found]), NULL::text;
    found := found + cardinality(near.ids);
    IF found >= wanted OR near.walked < near_steps THEN RETURN; END IF;
  END IF;

  here := CASE o.step WHEN 1 THEN near.highest ELSE near.lowest END;
  IF may_be_few(scope, found / near_steps::float8) THEN
    SELECT * INTO cell FROM read_documents(scope, NULL, few_clips, o.cell, o.step, here, wanted);
    IF cell.clips <= few_clips THEN
      RETURN QUERY SELECT unnest(cell.ids), NULL::text;
      RETURN;
    END IF;
  END IF;

  -- The cells from here to the end, as a stack with the nearest on top. The first is as wide as the clips near here are.
  WHILE first_depth < o.top_depth AND near.lowest >> 5 * first_depth <> near.highest >> 5 * first_depth LOOP
    first_depth := first_depth + 1;
  END LOOP;
  EXECUTE format('SELECT %2$s(%1$s) FROM clips c ORDER BY %1$s %3$s LIMIT 1', o.value, o.key_of, CASE o.step WHEN 1 THEN 'DESC' ELSE 'ASC' END)
    INTO ends;
  FOR depth IN REVERSE o.top_depth .. first_depth LOOP
    prefix := here >> 5 * depth;
    child := CASE WHEN depth = o.top_depth THEN ends >> 5 * depth WHEN o.step = 1 THEN prefix | 31 ELSE prefix & ~31::bigint END;
    WHILE child <> prefix LOOP
      depths := depths || depth;
      prefixes := prefixes || child;
      child := child - o.step;
    END LOOP;
  END LOOP;
  depths := depths || first_depth;
  prefixes := prefixes || (here >> 5 * first_depth);

  lookup := 4 + 2 * lookup_pages(scope.matching);
  WHILE cardinality(depths) > 0 AND found < wanted LOOP
    depth := depths[cardinality(depths)];
    prefix := prefixes[cardinality(prefixes)];
    IF pages > max_pages THEN
      IF prefix = here >> 5 * depth THEN
        RETURN QUERY SELECT near.last_id, near.last_value;
      ELSE
        RETURN QUERY SELECT nobody, list_boundary(o.axis, o.step,
          CASE o.step WHEN 1 THEN prefix << 5 * depth ELSE ((prefix + 1) << 5 * depth) - 1 END);
      END IF;
      RETURN;
    END IF;
    depths := trim_array(depths, 1);
    prefixes := trim_array(prefixes, 1);
    SELECT * INTO cell
    FROM read_documents(scope, list_cell(o.axis, depth, prefix << 5 * depth), cell_clips, o.cell, o.step, here, wanted);
    pages := pages + lookup + cell.clips;
    IF cell.clips <= cell_clips THEN
      RETURN QUERY SELECT unnest(cell.ids), NULL::text;
      -- Some clips of the first cell may lie before the position.
      IF prefix <> here >> 5 * depth THEN found := found + cardinality(cell.ids); END IF;
    ELSIF depth > 0 THEN
      depth := depth - 1;
      FOR n IN 0 .. 31 LOOP
        child := (prefix << 5) + CASE o.step WHEN 1 THEN 31 - n ELSE n END;
        -- The list has passed the cells before here.
        EXIT WHEN (child - (here >> 5 * depth)) * o.step < 0;
        depths := depths || depth;
        prefixes := prefixes || child;
      END LOOP;
    ELSE
      -- Many clips have (nearly) the same value, so the matches are dense here.
      SELECT * INTO near FROM walk_list(scope, sort,
        CASE WHEN prefix = here THEN near.last_value ELSE list_boundary(o.axis, o.step, prefix) END,
        CASE WHEN prefix = here THEN near.last_id ELSE nobody END, leaf_steps);
      RETURN QUERY SELECT unnest(near.ids), NULL::text;
      IF found + cardinality(near.ids) < wanted AND near.walked = leaf_steps THEN
        RETURN QUERY SELECT near.last_id, near.last_value;
      END IF;
      RETURN;
    END IF;
  END LOOP;
END $$;--> statement-breakpoint
-- A page of a list: the next `wanted` clips in the scope, in their order, each with its value in the order. If its budget ended before, the
-- last row is the position from which to go on.
CREATE FUNCTION list_clips(scope list_scope, sort text, after_value text, after_id uuid, wanted int)
RETURNS TABLE (id uuid, tier int, value text, is_stop boolean) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE o record; page record; shown int;
BEGIN
  SELECT * INTO o FROM list_order(sort);
  SELECT array_agg(found.id) FILTER (WHERE stop_value IS NULL) AS ids, max(stop_value) AS stop_value,
    (max(found.id::text) FILTER (WHERE stop_value IS NOT NULL))::uuid AS stop_id INTO page
  FROM find_clips(scope, sort, after_value, after_id, wanted) found;
  RETURN QUERY EXECUTE format($page$
    SELECT c.id, 0, %1$s AS shown, false FROM clips c WHERE c.id = ANY ($1) AND ($2 IS NULL OR (%2$s, c.id) %3$s ($2::%4$s, $3))
    ORDER BY %2$s %5$s, c.id %5$s LIMIT $4
    $page$, format(o.as_text, o.value), o.value, CASE o.step WHEN 1 THEN '>' ELSE '<' END, o.type,
    CASE o.step WHEN 1 THEN 'ASC' ELSE 'DESC' END)
  USING page.ids, after_value, after_id, wanted;
  GET DIAGNOSTICS shown = ROW_COUNT;
  IF shown < wanted AND page.stop_value IS NOT NULL THEN RETURN QUERY SELECT page.stop_id, 0, page.stop_value, true; END IF;
END $$;--> statement-breakpoint
-- Other spellings of a word: words of the library that begin with it, more of them for the word that is being typed; and if no clip has it, the words with the fewest errors between.
CREATE FUNCTION other_spellings(spelt text, is_unfinished boolean) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
DECLARE
  errors int := CASE WHEN length(spelt) < 3 OR spelt !~ '\D' THEN 0 WHEN length(spelt) < 6 THEN 1 ELSE 2 END;
  begun text[] := ARRAY(
    SELECT word FROM (
      SELECT word, clips FROM words WHERE word COLLATE "C" > spelt AND word COLLATE "C" < spelt || U&'\+10FFFF' ORDER BY word COLLATE "C" LIMIT 300) beginning
    ORDER BY clips DESC LIMIT CASE WHEN is_unfinished THEN 20 ELSE 4 END);
BEGIN
  IF errors = 0 OR EXISTS (SELECT FROM words WHERE word = spelt) THEN RETURN begun; END IF;
  RETURN begun || ARRAY(
    SELECT word FROM (
      SELECT word, clips, word_distance(word, spelt) AS distance, min(word_distance(word, spelt)) OVER () AS least
      FROM (SELECT word, clips FROM words WHERE word_deletions(word) && word_deletions(spelt) LIMIT 300) similar_words) measured
    WHERE distance = least AND distance <= errors ORDER BY left(word, 1) = left(spelt, 1) DESC, clips DESC LIMIT 3);
END $$;--> statement-breakpoint
-- Errors between two words; two letters in each other's place are one.
CREATE FUNCTION word_distance(one text, other text) RETURNS int LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE distance int := levenshtein_less_equal(one, other, 2);
BEGIN
  IF distance = 2 AND length(one) = length(other) AND (
    SELECT count(*) = 2 AND min(a) = min(b) AND max(a) = max(b) AND max(place) - min(place) = 1 FROM (
      SELECT place, substr(one, place, 1) AS a, substr(other, place, 1) AS b FROM generate_series(1, length(one)) place) letters
    WHERE a <> b) THEN RETURN 1; END IF;
  RETURN distance;
END $$;--> statement-breakpoint
-- Other spellings of the words of a search: an array for each, or null for one that is left out as long as others are known. That is a word
-- that no clip has, or the beginning of so many that it only helps to rank.
CREATE FUNCTION search_spellings(typed text[], exact boolean[]) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  spelt text; spellings text[]; result jsonb := '[]'; any_known boolean := false;
BEGIN
  FOR n IN 1 .. cardinality(typed) LOOP
    spelt := fold_text(typed[n]);
    IF exact[n] OR spelt ~ '[ +-]' OR spelt !~ '\D' OR length(spelt) < (CASE WHEN n = cardinality(typed) THEN 2 ELSE 3 END) THEN
      result := result || '[[]]'::jsonb;
      any_known := any_known OR NOT exact[n];
    ELSE
      spellings := other_spellings(spelt, n = cardinality(typed));
      result := result || CASE
        WHEN length(spelt) < 3 OR cardinality(spellings) BETWEEN 1 AND 19 OR EXISTS (SELECT FROM words WHERE word = spelt) THEN jsonb_build_array(to_jsonb(spellings))
        ELSE '[null]'::jsonb END;
      any_known := any_known OR result -> n - 1 <> 'null';
    END IF;
  END LOOP;
  RETURN CASE WHEN any_known THEN result ELSE replace(result::text, 'null', '[]')::jsonb END;
END $$;--> statement-breakpoint
-- A scope in which the words of a search are looked for: no more clips match than have the rarest of the words that must be there.
CREATE FUNCTION scope_of_words(scope list_scope, typed text[], excluded boolean[], spellings jsonb) RETURNS list_scope LANGUAGE plpgsql STABLE AS $$
DECLARE folded text;
BEGIN
  FOR n IN 1 .. cardinality(typed) LOOP
    CONTINUE WHEN excluded[n] OR spellings -> n - 1 = 'null';
    folded := fold_text(typed[n]);
    scope.rarest := least(scope.rarest, CASE
      -- All its pairs of letters must be there.
      WHEN strpos(folded, '+') > 0 THEN (
        SELECT min(coalesce(clips, 0)) FROM unnest(string_to_array(joined_words(folded), ' ')) pair LEFT JOIN words ON word = pair)
      WHEN strpos(folded, '-') = 0 THEN (
        SELECT coalesce(sum(clips), 0) FROM words WHERE word IN (SELECT folded UNION SELECT jsonb_array_elements_text(spellings -> n - 1))) END);
  END LOOP;
  RETURN scope;
END $$;--> statement-breakpoint
-- The query for one word of a search as it was typed. `spellings` are other words that it may mean.
CREATE FUNCTION word_query(typed text, exact boolean, spellings jsonb) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  -- Each letter and each pair of a text without spaces is a look-up: thirty letters are enough to find it.
  folded text := rtrim(left(fold_text(typed), CASE WHEN strpos(fold_text(typed), '+') > 0 THEN 59 ELSE 400 END), '+- ');
  words text := translate(folded, '+-', '  ');
  spelt tsquery := phraseto_tsquery('simple', words);
BEGIN
  -- Two letters are one lexeme.
  IF folded ~ '^[^ +-]\+[^ +-]$' THEN RETURN plainto_tsquery('simple', joined_words(folded)); END IF;
  IF strpos(folded, '+') > 0 THEN RETURN spelt && plainto_tsquery('simple', joined_words(folded)); END IF;
  IF strpos(folded, '-') > 0 THEN RETURN spelt || plainto_tsquery('simple', joined_words(folded)); END IF;
  IF exact THEN RETURN spelt; END IF;
  RETURN spelt || plainto_tsquery('english', words)
    || coalesce(any_of(ARRAY(SELECT jsonb_array_elements_text(spellings))), spelt);
END $$;--> statement-breakpoint
-- The query for a search. `template` is in the syntax of websearch_to_tsquery, with w1, w2, … for its words. No folded word has an ß, so
-- none is taken for the place of another.
CREATE FUNCTION search_query(template text, typed text[], exact boolean[], spellings jsonb) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE
SET client_min_messages = warning AS $$
DECLARE built tsquery := websearch_to_tsquery('simple', replace(template, 'w', 'ß'));
BEGIN
  FOR n IN REVERSE cardinality(typed) .. 1 LOOP
    built := ts_rewrite(built, ('ß' || n)::tsquery,
      CASE WHEN spellings -> n - 1 = 'null' THEN '' ELSE word_query(typed[n], exact[n], spellings -> n - 1) END);
  END LOOP;
  RETURN built;
END $$;--> statement-breakpoint
CREATE FUNCTION relevance(found clip_documents, query tsquery, words tsquery, folded text) RETURNS float8 LANGUAGE sql STABLE
RETURN round((similarity(found.names, folded) + ts_rank('{0.1, 0.3, 0.6, 1}', found.document, words)
    + ts_rank('{0.1, 0.3, 0.6, 1}', found.document, query) / 2)::numeric, 2)
  + found.popularity / 40000.0::float8 + extract(epoch FROM found.created_at)::float8 / 1e13;--> statement-breakpoint
-- Reads clips that match, up to a number. `ids` are those in the scope, without those that came later; `clips` is how many were read.
CREATE FUNCTION matching_clips(scope list_scope, number int, before timestamptz) RETURNS TABLE (ids uuid[], clips bigint) LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
  RETURN QUERY
  SELECT coalesce(array_agg(id) FILTER (WHERE (before IS NULL OR created_at <= before) AND is_shown(document, duration, scope)), '{}'), count(*)
  FROM (SELECT d.id, d.document, d.duration, d.created_at FROM clip_documents d WHERE d.document @@ scope.matching LIMIT number) found;
END $$;--> statement-breakpoint
-- What a search finds, the most relevant first. `readings` of it are tried in turn, until one finds a clip. Few clips are ranked: tier 0. If
-- more than that match, the words say too little: then come those whose title or artist is the whole search (1), those with all words in
-- title and artist (2), and the rest (3), each by plays. The second reading has the tiers 4 to 7, and so on.
CREATE FUNCTION search_clips(
  readings tsquery[], folded text, scope list_scope, before timestamptz, from_tier int, after_value text, after_id uuid, wanted int
) RETURNS TABLE (id uuid, tier int, value text, is_stop boolean) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
  ranked CONSTANT int := 200;
  first_tier CONSTANT int := from_tier % 4;
  asked list_scope; words tsquery; names tsquery; whole tsquery; matching record; is_ranked boolean; rows int := 0;
BEGIN
  FOR reading IN coalesce(from_tier / 4, 0) .. cardinality(readings) - 1 LOOP
    asked := narrowed_scope(scope, readings[reading + 1]);
    is_ranked := first_tier IS NOT DISTINCT FROM 0;
    IF is_ranked THEN SELECT * INTO matching FROM matching_clips(asked, 700, before);
    -- Words that so many clips have are not looked up only to see that there are many.
    ELSIF first_tier IS NULL AND may_be_few(asked, 0) THEN
      SELECT * INTO matching FROM matching_clips(asked, ranked + 1, NULL);
      is_ranked := matching.clips <= ranked;
    END IF;
    IF is_ranked THEN
      -- The last word may be unfinished.
      words := regexp_replace(replace(plainto_tsquery('simple', folded)::text, '&', '|'), '''$', ''':*')::tsquery;
      RETURN QUERY SELECT id, reading * 4, value::text, false
        FROM (SELECT d.id, relevance(d, readings[1], words, folded) AS value FROM clip_documents d WHERE d.id = ANY (matching.ids)) scored
        WHERE after_id IS NULL OR (value, id) < (after_value::float8, after_id) ORDER BY scored.value DESC, id DESC LIMIT wanted;
      GET DIAGNOSTICS rows = ROW_COUNT;
    ELSE
      names := regexp_replace(regexp_replace(readings[reading + 1]::text, '<(-|\d+)>', '&', 'g'), '''([^'']+)''', '''^\1''', 'g')::tsquery;
      whole := all_of(ARRAY['=' || left(folded, 400)]);
      FOR tier_now IN coalesce(first_tier, 1) .. 3 LOOP
        -- If folding has left nothing of the words, all clips have all of them.
        EXIT WHEN tier_now = 3 AND numnode(names) = 0;
        is_stop := false;
        FOR id, tier, value, is_stop IN
          SELECT listed.id, tier_now + reading * 4, listed.value, listed.is_stop
          FROM list_clips(
            narrowed_scope(asked, CASE tier_now WHEN 1 THEN whole WHEN 2 THEN names && !!whole ELSE !!names && !!whole END),
            'popular', after_value, after_id, wanted - rows) listed
        LOOP
          RETURN NEXT;
          rows := rows + 1;
        END LOOP;
        EXIT WHEN rows >= wanted OR is_stop OR tier_now = 3;
        -- Each tier may read as much as a list, so a statement reads two. The end of this one is before the most played clip of the next.
        IF tier_now = 2 THEN
          RETURN QUERY SELECT 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid, 3 + reading * 4, '999999999999999999', true;
          RETURN;
        END IF;
        after_value := NULL;
        after_id := NULL;
      END LOOP;
    END IF;
    EXIT WHEN rows > 0 OR from_tier IS NOT NULL;
  END LOOP;
END $$;--> statement-breakpoint
-- The number of the first reading of a search that finds a clip; of the last one if none does.
CREATE FUNCTION first_reading(readings tsquery[], scope list_scope) RETURNS int LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
  FOR reading IN 1 .. cardinality(readings) - 1 LOOP
    IF EXISTS (SELECT FROM matching_clips(narrowed_scope(scope, readings[reading]), 100, NULL) WHERE cardinality(ids) > 0) THEN RETURN reading; END IF;
  END LOOP;
  RETURN cardinality(readings);
END $$;--> statement-breakpoint
-- What a search finds in an order other than relevance. The tier says which reading it is: 0, 4, 8.
CREATE FUNCTION list_found_clips(readings tsquery[], scope list_scope, sort text, from_tier int, after_value text, after_id uuid, wanted int)
RETURNS TABLE (id uuid, tier int, value text, is_stop boolean) LANGUAGE plpgsql STABLE AS $$
DECLARE reading CONSTANT int := coalesce(from_tier / 4 + 1, first_reading(readings, scope));
BEGIN
  RETURN QUERY SELECT listed.id, (reading - 1) * 4, listed.value, listed.is_stop
    FROM list_clips(narrowed_scope(scope, readings[reading]), sort, after_value, after_id, wanted) listed;
END $$;--> statement-breakpoint
-- The most frequent genres, tags and licences in a scope, and how many clips it has: exactly up to 10,000, otherwise of some 10,000 of them.
CREATE FUNCTION count_facets(scope list_scope) RETURNS TABLE (facet text, value text, clips bigint) LANGUAGE plpgsql STABLE ROWS 300
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH found AS MATERIALIZED (
    SELECT genre, license, tags, is_shown(document, duration, scope) AS shown FROM clip_documents WHERE document @@ scope.matching LIMIT 10001
  ), counted AS (
    SELECT 'genre' AS facet, genre AS value, count(*) AS clips FROM found WHERE shown AND genre IS NOT NULL GROUP BY genre
    UNION ALL SELECT 'license', license, count(*) FROM found WHERE shown AND license IS NOT NULL GROUP BY license
    UNION ALL SELECT 'tag', tag, count(*) FROM found, unnest(tags) tag WHERE shown GROUP BY tag
  ), placed AS (
    SELECT *, row_number() OVER (PARTITION BY facet ORDER BY clips DESC, value COLLATE "C") AS place FROM counted
  )
  SELECT facet, value, clips FROM placed WHERE place <= 100
  UNION ALL SELECT 'total', NULL, count(*) FROM found WHERE shown
  UNION ALL SELECT 'capped', NULL, count(*) FROM found HAVING count(*) > 10000;
END $$;--> statement-breakpoint
-- The same for all public clips, whose counts are kept.
CREATE FUNCTION public_facets() RETURNS TABLE (facet text, value text, clips bigint) LANGUAGE sql STABLE ROWS 300
BEGIN ATOMIC
  SELECT facets.facet, most.value, most.clips FROM (VALUES ('genre'), ('license'), ('tag')) facets (facet), LATERAL (
    SELECT value, clips::bigint FROM facet_counts counted WHERE counted.facet = facets.facet ORDER BY counted.clips DESC, value LIMIT 100) most
  UNION ALL SELECT 'total', NULL, clips FROM library_holdings WHERE visibility = 'public';
END;--> statement-breakpoint
DROP FUNCTION clip_search_text;--> statement-breakpoint
SELECT rebuild_clip_documents();
