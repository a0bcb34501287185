-- name: add-job
INSERT INTO jobs (kind, key, state, attempts, due, problem, created, finished) VALUES (?, ?, 'queued', 0, ?, '', ?, 0)
ON CONFLICT (kind, key) DO NOTHING

-- name: next-job
SELECT id, kind, key, attempts, due FROM jobs WHERE state = 'queued' ORDER BY due, id LIMIT 1

-- name: start-job
UPDATE jobs SET attempts = attempts + 1 WHERE id = ?

-- name: finish-job
UPDATE jobs SET state = 'done', problem = '', finished = ? WHERE id = ?

-- name: retry-job
UPDATE jobs SET due = ?, problem = ? WHERE id = ?

-- name: fail-job
UPDATE jobs SET state = 'failed', problem = ?, finished = ? WHERE id = ?

-- name: count-jobs
SELECT COUNT(*) FROM jobs WHERE state = 'queued'

-- name: delete-old-jobs
DELETE FROM jobs WHERE state = 'done' AND finished < ?
