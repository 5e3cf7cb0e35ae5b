-- Version 2. Whoever changes this raises the version in schema.rs, and says how the earlier one becomes it.

-- A commit writes every page that it changes, whole, so new jobs change as few as can be: that of the row, and
-- of its id, of whose turn it is, of its submitter and of the queue.

-- One row: what the queue as a whole remembers. How many of what there are is kept by the triggers: counting
-- would read every row.
CREATE TABLE queue (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  -- The number of the last change. Rises with every one; leases take it as their fence, and jobs as their row.
  change INTEGER NOT NULL DEFAULT 0,
  -- The clock by which results expire, milliseconds. Never goes back.
  age INTEGER NOT NULL DEFAULT 0,
  queued INTEGER NOT NULL DEFAULT 0,
  running INTEGER NOT NULL DEFAULT 0,
  done INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  dead INTEGER NOT NULL DEFAULT 0,
  cancelled INTEGER NOT NULL DEFAULT 0,
  blobs INTEGER NOT NULL DEFAULT 0,
  blob_bytes INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO queue (one) VALUES (1);

-- The columns besides job and record repeat what is in these, to be searched.
CREATE TABLE jobs (
  -- The change that added it: later jobs have higher ones, and none comes again.
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  submitter TEXT NOT NULL,
  key TEXT,
  state TEXT NOT NULL,
  -- Whether it may be leased: it is queued, and waits for nothing.
  ready INTEGER NOT NULL,
  change INTEGER NOT NULL,
  wait INTEGER,
  expires INTEGER,
  submitted INTEGER NOT NULL,
  -- As it was submitted, JSON.
  job TEXT NOT NULL,
  -- What became of it, JSON.
  record TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX jobs_key ON jobs (submitter, key) WHERE key IS NOT NULL;
CREATE INDEX jobs_ready ON jobs (submitter) WHERE ready;
CREATE INDEX jobs_state ON jobs (state) WHERE NOT ready;
CREATE INDEX jobs_submitter ON jobs (submitter) WHERE NOT ready;
CREATE INDEX jobs_waiting ON jobs (change) WHERE wait IS NOT NULL;
CREATE INDEX jobs_expiring ON jobs (expires) WHERE expires IS NOT NULL;

-- Whose turn it is: who was served least recently.
CREATE TABLE submitters (
  name TEXT PRIMARY KEY,
  kept INTEGER NOT NULL,
  unfinished INTEGER NOT NULL,
  ready INTEGER NOT NULL,
  -- Whether any are ready. Says the same, and is written seldom, as the index of it is.
  in_turn INTEGER NOT NULL,
  served INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX submitters_turn ON submitters (served) WHERE in_turn;

-- New jobs are queued, and ready.
CREATE TRIGGER job_added AFTER INSERT ON jobs BEGIN
  UPDATE queue SET queued = queued + 1;
  -- Who is new waits for one turn of everybody else, or newcomers without end would go first.
  INSERT INTO submitters VALUES (NEW.submitter, 1, 1, 1, 1, NEW.change)
    ON CONFLICT DO UPDATE SET kept = kept + 1, unfinished = unfinished + 1, ready = ready + 1;
  UPDATE submitters SET in_turn = 1 WHERE name = NEW.submitter AND NOT in_turn;
END;

CREATE TRIGGER job_changed AFTER UPDATE OF state, ready ON jobs
  WHEN NEW.state <> OLD.state OR NEW.ready <> OLD.ready BEGIN
  UPDATE queue SET
    queued = queued + (NEW.state = 'queued') - (OLD.state = 'queued'),
    running = running + (NEW.state = 'running') - (OLD.state = 'running'),
    done = done + (NEW.state = 'done') - (OLD.state = 'done'),
    failed = failed + (NEW.state = 'failed') - (OLD.state = 'failed'),
    dead = dead + (NEW.state = 'dead') - (OLD.state = 'dead'),
    cancelled = cancelled + (NEW.state = 'cancelled') - (OLD.state = 'cancelled');
  UPDATE submitters SET
    unfinished = unfinished + (NEW.state IN ('queued', 'running')) - (OLD.state IN ('queued', 'running')),
    ready = ready + NEW.ready - OLD.ready
    WHERE name = NEW.submitter;
  UPDATE submitters SET in_turn = ready > 0 WHERE name = NEW.submitter AND in_turn <> (ready > 0);
END;

-- Only ended jobs are removed.
CREATE TRIGGER job_removed AFTER DELETE ON jobs BEGIN
  UPDATE queue SET
    done = done - (OLD.state = 'done'),
    failed = failed - (OLD.state = 'failed'),
    dead = dead - (OLD.state = 'dead'),
    cancelled = cancelled - (OLD.state = 'cancelled');
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
  UPDATE queue SET blobs = blobs + 1, blob_bytes = blob_bytes + NEW.size;
END;
CREATE TRIGGER blob_removed AFTER DELETE ON blobs BEGIN
  UPDATE queue SET blobs = blobs - 1, blob_bytes = blob_bytes - OLD.size;
END;
CREATE TRIGGER use_added AFTER INSERT ON uses BEGIN
  UPDATE blobs SET users = users + 1 WHERE id = NEW.blob;
END;
CREATE TRIGGER use_removed AFTER DELETE ON uses BEGIN
  UPDATE blobs SET users = users - 1 WHERE id = OLD.blob;
END;
