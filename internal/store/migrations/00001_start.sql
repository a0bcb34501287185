-- Written in SQLite's words. For PostgreSQL two of them are replaced (dialect.go): the type of keys that the database
-- gives out, and the type of bytes. Times are milliseconds since 1970, 0 for never.

-- +goose Up
CREATE TABLE settings (
  name    TEXT PRIMARY KEY,
  value   TEXT NOT NULL,
  changed BIGINT NOT NULL
);

CREATE TABLE users (
  id       INTEGER PRIMARY KEY,
  name     TEXT NOT NULL UNIQUE,
  email    TEXT NOT NULL,
  password TEXT NOT NULL, -- argon2id in PHC's form, '' where another service knows it
  subject  TEXT NOT NULL, -- issuer and subject of OpenID Connect, '' for local users
  admin    BOOLEAN NOT NULL,
  disabled BOOLEAN NOT NULL,
  created  BIGINT NOT NULL,
  used     BIGINT NOT NULL
);
CREATE INDEX users_subject ON users (subject);

CREATE TABLE sessions (
  hash    BLOB PRIMARY KEY, -- SHA-256 of the cookie's value
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE projects (
  id             INTEGER PRIMARY KEY,
  key            TEXT NOT NULL UNIQUE,
  name           TEXT NOT NULL,
  default_branch TEXT NOT NULL,
  settings       TEXT NOT NULL, -- JSON; what is not in it comes from the global settings
  created        BIGINT NOT NULL
);

CREATE TABLE roles (
  user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  role       TEXT NOT NULL, -- viewer, member, administrator
  PRIMARY KEY (user_id, project_id)
);
CREATE INDEX roles_project ON roles (project_id);

CREATE TABLE tokens (
  id         INTEGER PRIMARY KEY,
  hash       BLOB NOT NULL UNIQUE, -- SHA-256 of the whole token
  prefix     TEXT NOT NULL,        -- its first characters, by which people tell tokens apart
  name       TEXT NOT NULL,
  scope      TEXT NOT NULL,        -- read, analyse, administer, metrics, badge
  project_id BIGINT REFERENCES projects (id) ON DELETE CASCADE, -- NULL for all projects
  pull_only  BOOLEAN NOT NULL,     -- analyse: pull requests only
  created    BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  expires    BIGINT NOT NULL,
  used       BIGINT NOT NULL,
  revoked    BIGINT NOT NULL
);
CREATE INDEX tokens_project ON tokens (project_id);

-- A branch or a pull request of a project, with what the lists of projects need to show.
CREATE TABLE branches (
  id         INTEGER PRIMARY KEY,
  project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  pull       TEXT NOT NULL, -- number of the pull request, '' for a branch
  base       TEXT NOT NULL, -- the branch that it is compared with, '' for none
  analysis   BIGINT NOT NULL, -- the newest that counts, 0 before the first
  analysed   BIGINT NOT NULL,
  verdict    TEXT NOT NULL,
  revision   BIGINT NOT NULL, -- counts the changes of its findings
  worst      BIGINT NOT NULL, -- the priority of its worst open finding
  critical   BIGINT NOT NULL,
  high       BIGINT NOT NULL,
  medium     BIGINT NOT NULL,
  low        BIGINT NOT NULL,
  info       BIGINT NOT NULL,
  unknown    BIGINT NOT NULL,
  fresh      BIGINT NOT NULL, -- open findings in new code
  created    BIGINT NOT NULL,
  UNIQUE (project_id, name, pull)
);

-- What one kind of analysis of a branch looks at: its source, tool, input and root. A finding knows by a bit which of
-- them saw it last, and is closed when none sees it any more.
CREATE TABLE scopes (
  branch_id BIGINT NOT NULL REFERENCES branches (id) ON DELETE CASCADE,
  bit       BIGINT NOT NULL, -- 0 to 61
  source    TEXT NOT NULL,
  tool      TEXT NOT NULL,
  input     TEXT NOT NULL,
  root      TEXT NOT NULL,
  gates     TEXT NOT NULL, -- gates that were checked at least once, separated by blanks
  analysis  BIGINT NOT NULL, -- the newest that was taken in
  PRIMARY KEY (branch_id, bit)
);

CREATE TABLE analyses (
  id           INTEGER PRIMARY KEY,
  project_id   BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  branch_id    BIGINT NOT NULL REFERENCES branches (id) ON DELETE CASCADE,
  task         TEXT NOT NULL UNIQUE, -- hexadecimal, for those who wait for it
  state        TEXT NOT NULL,        -- queued, done, superseded, failed
  problem      TEXT NOT NULL,        -- why it failed
  source       TEXT NOT NULL,        -- scan, scanner, import
  format       TEXT NOT NULL,        -- report, sarif, cyclonedx, spdx
  commit_id    TEXT NOT NULL,
  root         TEXT NOT NULL,
  input        TEXT NOT NULL,
  tool         TEXT NOT NULL,
  tool_version TEXT NOT NULL,
  advisories   TEXT NOT NULL, -- time of the newest advisory that was used
  started      BIGINT NOT NULL,
  received     BIGINT NOT NULL,
  finished     BIGINT NOT NULL,
  sent_by      TEXT NOT NULL,
  verdict      TEXT NOT NULL,
  gates        TEXT NOT NULL, -- JSON, as the report has them
  summary      TEXT NOT NULL  -- JSON
);
CREATE INDEX analyses_branch ON analyses (branch_id, id);
CREATE INDEX analyses_project ON analyses (project_id, id);

-- The uploaded document, compressed, in pieces of at most a megabyte.
CREATE TABLE uploads (
  analysis_id BIGINT NOT NULL REFERENCES analyses (id) ON DELETE CASCADE,
  part        BIGINT NOT NULL,
  data        BLOB NOT NULL,
  PRIMARY KEY (analysis_id, part)
);

CREATE TABLE findings (
  id             INTEGER PRIMARY KEY,
  branch_id      BIGINT NOT NULL REFERENCES branches (id) ON DELETE CASCADE,
  identity       BIGINT NOT NULL, -- what it is, and not where its line happens to be
  gate           TEXT NOT NULL,
  rule           TEXT NOT NULL,
  title          TEXT NOT NULL,
  severity       TEXT NOT NULL,
  kind           TEXT NOT NULL,
  status         TEXT NOT NULL,   -- open, closed, waived, suppressed, triaged
  reported       TEXT NOT NULL,   -- the status that the last report gave it
  triage         TEXT NOT NULL,   -- confirmed, false-positive, accepted; '' where nobody has decided
  priority       BIGINT NOT NULL,
  service        TEXT NOT NULL,
  path           TEXT NOT NULL,
  line           BIGINT NOT NULL,
  package        TEXT NOT NULL,
  cwe            TEXT NOT NULL,   -- ",89,564,"
  owasp          BIGINT NOT NULL, -- bit 0 to 9: A01 to A10 of 2021; 10 to 19: of 2025
  exposure       TEXT NOT NULL,
  reachable      TEXT NOT NULL,
  fresh          BOOLEAN NOT NULL, -- it is in new code
  seen           BIGINT NOT NULL,  -- bits of the scopes that saw it when they last looked
  first_analysis BIGINT NOT NULL,
  last_analysis  BIGINT NOT NULL,
  first_seen     BIGINT NOT NULL,
  closed         BIGINT NOT NULL
);
CREATE UNIQUE INDEX findings_identity ON findings (branch_id, identity);
CREATE INDEX findings_worst ON findings (branch_id, status, priority DESC, id);

CREATE TABLE finding_details (
  finding_id INTEGER PRIMARY KEY REFERENCES findings (id) ON DELETE CASCADE,
  data       BLOB NOT NULL -- the finding as reported: JSON, compressed
);

-- How many findings of a branch share all that the pages filter by.
CREATE TABLE finding_counts (
  branch_id BIGINT NOT NULL REFERENCES branches (id) ON DELETE CASCADE,
  status    TEXT NOT NULL,
  gate      TEXT NOT NULL,
  severity  TEXT NOT NULL,
  kind      TEXT NOT NULL,
  service   TEXT NOT NULL,
  cwe       TEXT NOT NULL,
  owasp     BIGINT NOT NULL,
  fresh     BOOLEAN NOT NULL,
  n         BIGINT NOT NULL
);
CREATE INDEX finding_counts_branch ON finding_counts (branch_id);

CREATE TABLE package_names (
  id        INTEGER PRIMARY KEY,
  ecosystem TEXT NOT NULL,
  name      TEXT NOT NULL,
  UNIQUE (ecosystem, name)
);

-- The packages that the newest analysis of each scope lists.
CREATE TABLE packages (
  branch_id BIGINT NOT NULL REFERENCES branches (id) ON DELETE CASCADE,
  scope     BIGINT NOT NULL,
  name_id   BIGINT NOT NULL REFERENCES package_names (id),
  version   TEXT NOT NULL,
  purl      TEXT NOT NULL,
  services  TEXT NOT NULL, -- separated by commas
  licences  TEXT NOT NULL,
  reachable TEXT NOT NULL,
  dev       BOOLEAN NOT NULL
);
CREATE INDEX packages_branch ON packages (branch_id, scope);
CREATE INDEX packages_name ON packages (name_id);

-- What people decided about findings; the newest row of an identity holds, in all branches of the project.
CREATE TABLE decisions (
  id         INTEGER PRIMARY KEY,
  project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  identity   BIGINT NOT NULL,
  state      TEXT NOT NULL, -- confirmed, false-positive, accepted; '' takes back
  owner      TEXT NOT NULL,
  reason     TEXT NOT NULL,
  expires    BIGINT NOT NULL,
  made       BIGINT NOT NULL,
  made_by    TEXT NOT NULL
);
CREATE INDEX decisions_identity ON decisions (project_id, identity, id);

CREATE TABLE audit (
  id         INTEGER PRIMARY KEY,
  made       BIGINT NOT NULL,
  actor      TEXT NOT NULL,
  action     TEXT NOT NULL, -- project.create, token.revoke
  object     TEXT NOT NULL,
  project_id BIGINT NOT NULL, -- 0 for none; it outlives the project
  detail     TEXT NOT NULL,
  address    TEXT NOT NULL
);
CREATE INDEX audit_project ON audit (project_id, id);

CREATE TABLE jobs (
  id       INTEGER PRIMARY KEY,
  kind     TEXT NOT NULL,
  key      TEXT NOT NULL, -- one job of a kind for each key
  state    TEXT NOT NULL, -- queued, done, failed
  attempts BIGINT NOT NULL,
  due      BIGINT NOT NULL,
  problem  TEXT NOT NULL,
  created  BIGINT NOT NULL,
  finished BIGINT NOT NULL,
  UNIQUE (kind, key)
);
CREATE INDEX jobs_due ON jobs (state, due);

-- +goose Down
DROP TABLE jobs;
DROP TABLE audit;
DROP TABLE decisions;
DROP TABLE packages;
DROP TABLE package_names;
DROP TABLE finding_counts;
DROP TABLE finding_details;
DROP TABLE findings;
DROP TABLE uploads;
DROP TABLE analyses;
DROP TABLE scopes;
DROP TABLE branches;
DROP TABLE tokens;
DROP TABLE roles;
DROP TABLE projects;
DROP TABLE sessions;
DROP TABLE users;
DROP TABLE settings;
