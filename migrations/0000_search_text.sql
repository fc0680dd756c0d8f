-- Search: trigrams make `like '%word%'` an index scan.
CREATE EXTENSION IF NOT EXISTS pg_trgm;--> statement-breakpoint
-- What a search looks through, in one lower-case text. A wrapper, because a generated column wants an
-- immutable expression and array_to_string is only declared stable (for text[] it is immutable in fact).
CREATE FUNCTION clip_search_text(title text, description text, artist text, tags text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lower(concat_ws(' ', title, description, artist, array_to_string(tags, ' ')));
