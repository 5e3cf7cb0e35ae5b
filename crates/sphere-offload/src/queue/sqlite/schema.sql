-- Version 1. Whoever changes this raises the version in schema.rs, and says how the earlier one becomes it.

-- One row: what the queue as a whole remembers.
CREATE TABLE queue (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  -- The number of the last change. Rises with every one; leases take it as their fence.
  change INTEGER NOT NULL,
  -- The clock by which results expire, milliseconds. Never goes back.
  age INTEGER NOT NULL
) STRICT;
INSERT INTO queue VALUES (1, 0, 0);

-- The columns besides job and record repeat what is in these, to be searched.
CREATE TABLE jobs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE,
  submitter TEXT NOT NULL,
  key TEXT,
  state TEXT NOT NULL,
  change INTEGER NOT NULL,
  wait INTEGER,
  expires INTEGER,
  submitted INTEGER NOT NULL,
  -- As it was submitted, JSON.
  job TEXT NOT NULL,
  -- What became of it, JSON.
  record TEXT NOT NULL
) STRICT;
CREATE INDEX jobs_state ON jobs (state);
CREATE INDEX jobs_submitter ON jobs (submitter);
CREATE UNIQUE INDEX jobs_key ON jobs (submitter, key) WHERE key IS NOT NULL;
CREATE INDEX jobs_ready ON jobs (submitter) WHERE state = 'queued' AND wait IS NULL;
CREATE INDEX jobs_waiting ON jobs (change) WHERE wait IS NOT NULL;
CREATE INDEX jobs_expiring ON jobs (expires) WHERE expires IS NOT NULL;

-- Whose turn it is: who was served least recently.
CREATE TABLE submitters (
  name TEXT PRIMARY KEY,
  kept INTEGER NOT NULL,
  unfinished INTEGER NOT NULL,
  ready INTEGER NOT NULL,
  served INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX submitters_turn ON submitters (served) WHERE ready > 0;

-- How many of what, kept by the triggers: counting would read every row.
CREATE TABLE tallies (
  name TEXT PRIMARY KEY,
  number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO tallies VALUES
  ('queued', 0), ('running', 0), ('done', 0), ('failed', 0), ('dead', 0), ('cancelled', 0),
  ('blobs', 0), ('blob_bytes', 0);

CREATE TRIGGER job_added AFTER INSERT ON jobs BEGIN
  UPDATE tallies SET number = number + 1 WHERE name = NEW.state;
  -- Who is new waits for one turn of everybody else, or newcomers without end would go first.
  INSERT INTO submitters VALUES (NEW.submitter, 1, 1, 1, NEW.change)
    ON CONFLICT DO UPDATE SET kept = kept + 1, unfinished = unfinished + 1, ready = ready + 1;
END;

CREATE TRIGGER job_changed AFTER UPDATE OF state, wait ON jobs
  WHEN NEW.state <> OLD.state OR (NEW.wait IS NULL) <> (OLD.wait IS NULL) BEGIN
  UPDATE tallies SET number = number - 1 WHERE name = OLD.state;
  UPDATE tallies SET number = number + 1 WHERE name = NEW.state;
  UPDATE submitters SET
    unfinished = unfinished + (NEW.state IN ('queued', 'running')) - (OLD.state IN ('queued', 'running')),
    ready = ready + (NEW.state = 'queued' AND NEW.wait IS NULL) - (OLD.state = 'queued' AND OLD.wait IS NULL)
    WHERE name = NEW.submitter;
END;

-- Only ended jobs are removed.
CREATE TRIGGER job_removed AFTER DELETE ON jobs BEGIN
  UPDATE tallies SET number = number - 1 WHERE name = OLD.state;
  UPDATE submitters SET kept = kept - 1 WHERE name = OLD.submitter;
  DELETE FROM submitters WHERE name = OLD.submitter AND kept = 0;
END;

CREATE TABLE blobs (
  id BLOB PRIMARY KEY,
  users INTEGER NOT NULL DEFAULT 0,
  touched INTEGER NOT NULL,
  size INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
CREATE INDEX blobs_unused ON blobs (touched) WHERE users = 0;

-- Which job needs which bytes.
CREATE TABLE uses (
  seq INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
  blob BLOB NOT NULL REFERENCES blobs,
  PRIMARY KEY (seq, blob)
) STRICT, WITHOUT ROWID;
CREATE INDEX uses_blob ON uses (blob);

CREATE TRIGGER blob_added AFTER INSERT ON blobs BEGIN
  UPDATE tallies SET number = number + 1 WHERE name = 'blobs';
  UPDATE tallies SET number = number + NEW.size WHERE name = 'blob_bytes';
END;
CREATE TRIGGER blob_removed AFTER DELETE ON blobs BEGIN
  UPDATE tallies SET number = number - 1 WHERE name = 'blobs';
  UPDATE tallies SET number = number - OLD.size WHERE name = 'blob_bytes';
END;
CREATE TRIGGER use_added AFTER INSERT ON uses BEGIN
  UPDATE blobs SET users = users + 1 WHERE id = NEW.blob;
END;
CREATE TRIGGER use_removed AFTER DELETE ON uses BEGIN
  UPDATE blobs SET users = users - 1 WHERE id = OLD.blob;
END;
