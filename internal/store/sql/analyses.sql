-- name: branch
SELECT id, project_id, name, pull, base, analysis, analysed, verdict, revision, worst, critical, high, medium, low, info,
  unknown, fresh FROM branches WHERE project_id = ? AND name = ? AND pull = ?

-- name: branch-by-id
SELECT id, project_id, name, pull, base, analysis, analysed, verdict, revision, worst, critical, high, medium, low, info,
  unknown, fresh FROM branches WHERE id = ?

-- name: list-branches
SELECT id, project_id, name, pull, base, analysis, analysed, verdict, revision, worst, critical, high, medium, low, info,
  unknown, fresh FROM branches WHERE project_id = ? ORDER BY pull <> '', analysed DESC, name

-- name: add-branch
INSERT INTO branches (project_id, name, pull, base, analysis, analysed, verdict, revision, worst, critical, high, medium,
  low, info, unknown, fresh, created)
VALUES (?, ?, ?, ?, 0, 0, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, ?)
ON CONFLICT (project_id, name, pull) DO UPDATE SET base = excluded.base RETURNING id

-- name: set-branch
UPDATE branches SET analysis = ?, analysed = ?, verdict = ? WHERE id = ?

-- name: count-branch
UPDATE branches SET revision = revision + 1,
  worst = COALESCE((SELECT MAX(priority) FROM findings WHERE branch_id = branches.id AND status = 'open'), 0),
  critical = COALESCE((SELECT SUM(n) FROM finding_counts c WHERE c.branch_id = branches.id AND c.status = 'open'
    AND c.severity = 'critical'), 0),
  high = COALESCE((SELECT SUM(n) FROM finding_counts c WHERE c.branch_id = branches.id AND c.status = 'open'
    AND c.severity = 'high'), 0),
  medium = COALESCE((SELECT SUM(n) FROM finding_counts c WHERE c.branch_id = branches.id AND c.status = 'open'
    AND c.severity = 'medium'), 0),
  low = COALESCE((SELECT SUM(n) FROM finding_counts c WHERE c.branch_id = branches.id AND c.status = 'open'
    AND c.severity = 'low'), 0),
  info = COALESCE((SELECT SUM(n) FROM finding_counts c WHERE c.branch_id = branches.id AND c.status = 'open'
    AND c.severity = 'info'), 0),
  unknown = COALESCE((SELECT SUM(n) FROM finding_counts c WHERE c.branch_id = branches.id AND c.status = 'open'
    AND c.severity = 'unknown'), 0),
  fresh = COALESCE((SELECT SUM(n) FROM finding_counts c WHERE c.branch_id = branches.id AND c.status = 'open'
    AND c.fresh = TRUE), 0)
WHERE id = ?

-- name: list-scopes
SELECT bit, source, tool, input, root, gates, analysis FROM scopes WHERE branch_id = ? ORDER BY bit

-- name: set-scope
INSERT INTO scopes (branch_id, bit, source, tool, input, root, gates, analysis) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (branch_id, bit) DO UPDATE SET gates = excluded.gates, analysis = excluded.analysis

-- name: add-analysis
INSERT INTO analyses (project_id, branch_id, task, state, problem, source, format, commit_id, root, input, tool,
  tool_version, advisories, started, received, finished, sent_by, verdict, gates, summary)
VALUES (?, ?, ?, 'queued', '', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, '', ?, ?) RETURNING id

-- name: analysis-by-id
SELECT id, project_id, branch_id, task, state, problem, source, format, commit_id, root, input, tool, tool_version,
  advisories, started, received, finished, sent_by, verdict, gates, summary FROM analyses WHERE id = ?

-- name: analysis-by-task
SELECT id, project_id, branch_id, task, state, problem, source, format, commit_id, root, input, tool, tool_version,
  advisories, started, received, finished, sent_by, verdict, gates, summary FROM analyses WHERE task = ?

-- name: list-analyses
SELECT id, project_id, branch_id, task, state, problem, source, format, commit_id, root, input, tool, tool_version,
  advisories, started, received, finished, sent_by, verdict, gates, summary FROM analyses
WHERE project_id = ? AND (CAST(? AS BIGINT) = 0 OR branch_id = ?) ORDER BY id DESC LIMIT ? OFFSET ?

-- name: finish-analysis
UPDATE analyses SET state = ?, problem = ?, verdict = ?, summary = ?, finished = ? WHERE id = ?

-- name: add-upload
INSERT INTO uploads (analysis_id, part, data) VALUES (?, ?, ?)

-- name: upload-part
SELECT data FROM uploads WHERE analysis_id = ? AND part = ?
