-- Searches that have lasted too long are found without reading the others.
CREATE INDEX searches_by_time ON assignment (updated_at) WHERE status = 'searching';
