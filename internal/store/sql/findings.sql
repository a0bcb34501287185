-- name: add-findings
INSERT INTO findings (branch_id, identity, gate, rule, title, severity, kind, status, reported, triage, priority, service,
  path, line, package, cwe, owasp, exposure, reachable, fresh, seen, first_analysis, last_analysis, first_seen, closed)
VALUES /*rows*/
ON CONFLICT (branch_id, identity) DO UPDATE SET title = excluded.title, severity = excluded.severity,
  kind = excluded.kind, status = excluded.status, reported = excluded.reported, triage = excluded.triage,
  priority = excluded.priority, service = excluded.service, path = excluded.path, line = excluded.line,
  package = excluded.package, cwe = excluded.cwe, owasp = excluded.owasp, exposure = excluded.exposure,
  reachable = excluded.reachable, fresh = excluded.fresh, seen = excluded.seen,
  last_analysis = excluded.last_analysis, closed = 0
RETURNING id, identity

-- name: add-details
INSERT INTO finding_details (finding_id, data) VALUES /*rows*/
ON CONFLICT (finding_id) DO UPDATE SET data = excluded.data

-- name: known-findings
SELECT identity, status, seen, fresh, first_analysis, first_seen, triage FROM findings WHERE branch_id = ?

-- name: open-identities
SELECT identity FROM findings WHERE branch_id = ? AND status <> 'closed'

-- name: unsee-findings
UPDATE findings SET seen = seen & CAST(? AS BIGINT)
WHERE branch_id = ? AND gate = ? AND last_analysis <> ? AND (seen & CAST(? AS BIGINT)) <> 0

-- name: close-findings
UPDATE findings SET status = 'closed', closed = ?, fresh = FALSE
WHERE branch_id = ? AND gate = ? AND seen = 0 AND status <> 'closed'

-- name: age-findings
UPDATE findings SET fresh = FALSE WHERE branch_id = ? AND fresh = TRUE AND first_seen < ?

-- name: triage-findings
UPDATE findings SET triage = ?,
  status = CASE WHEN status = 'closed' THEN 'closed' WHEN CAST(? AS BIGINT) = 1 THEN 'triaged' ELSE reported END
WHERE identity = ? AND branch_id IN (SELECT id FROM branches WHERE project_id = ?)

-- name: branches-with-finding
SELECT branch_id FROM findings WHERE identity = ? AND branch_id IN (SELECT id FROM branches WHERE project_id = ?)

-- name: delete-counts
DELETE FROM finding_counts WHERE branch_id = ?

-- name: add-counts
INSERT INTO finding_counts (branch_id, status, gate, severity, kind, service, cwe, owasp, fresh, n)
SELECT branch_id, status, gate, severity, kind, service, cwe, owasp, fresh, COUNT(*) FROM findings WHERE branch_id = ?
GROUP BY branch_id, status, gate, severity, kind, service, cwe, owasp, fresh

-- name: list-counts
SELECT status, gate, severity, kind, service, cwe, owasp, fresh, n FROM finding_counts WHERE branch_id = ?

-- name: list-findings
SELECT id, branch_id, identity, gate, rule, title, severity, kind, status, reported, triage, priority, service, path,
  line, package, cwe, owasp, exposure, reachable, fresh, seen, first_analysis, last_analysis, first_seen, closed
FROM findings WHERE branch_id = ? /*conditions*/ ORDER BY priority DESC, id LIMIT ? OFFSET ?

-- name: count-findings
SELECT COUNT(*) FROM findings WHERE branch_id = ? /*conditions*/

-- name: count-paths
SELECT path, COUNT(*) FROM findings WHERE branch_id = ? /*conditions*/ GROUP BY path ORDER BY COUNT(*) DESC, path LIMIT ?

-- name: finding
SELECT id, branch_id, identity, gate, rule, title, severity, kind, status, reported, triage, priority, service, path,
  line, package, cwe, owasp, exposure, reachable, fresh, seen, first_analysis, last_analysis, first_seen, closed
FROM findings WHERE id = ?

-- name: finding-detail
SELECT data FROM finding_details WHERE finding_id = ?

-- name: add-decision
INSERT INTO decisions (project_id, identity, state, owner, reason, expires, made, made_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- name: list-decisions
SELECT identity, state, owner, reason, expires, made, made_by FROM decisions
WHERE project_id = ? AND identity = ? ORDER BY id DESC

-- name: current-decisions
SELECT identity, state, owner, reason, expires, made, made_by FROM decisions d
WHERE project_id = ? AND id = (SELECT MAX(id) FROM decisions e WHERE e.project_id = d.project_id
  AND e.identity = d.identity)
