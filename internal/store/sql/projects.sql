-- name: add-project
INSERT INTO projects (key, name, default_branch, settings, created) VALUES (?, ?, ?, ?, ?) RETURNING id

-- name: project-by-key
SELECT id, key, name, default_branch, settings, created FROM projects WHERE key = ?

-- name: project-by-id
SELECT id, key, name, default_branch, settings, created FROM projects WHERE id = ?

-- name: change-project
UPDATE projects SET name = ?, default_branch = ?, settings = ? WHERE id = ?

-- name: delete-project
DELETE FROM projects WHERE id = ?

-- name: list-projects
SELECT p.id, p.key, p.name, p.default_branch, p.settings, p.created,
  COALESCE(b.id, 0), COALESCE(b.analysis, 0), COALESCE(b.analysed, 0), COALESCE(b.verdict, ''),
  COALESCE(b.critical, 0), COALESCE(b.high, 0), COALESCE(b.medium, 0), COALESCE(b.low, 0), COALESCE(b.info, 0),
  COALESCE(b.unknown, 0), COALESCE(b.fresh, 0), COALESCE(b.worst, 0)
FROM projects p LEFT JOIN branches b ON b.project_id = p.id AND b.name = p.default_branch AND b.pull = ''
WHERE (? = '' OR LOWER(p.key) LIKE ? ESCAPE '\' OR LOWER(p.name) LIKE ? ESCAPE '\')
  AND (? = TRUE OR p.id IN (SELECT project_id FROM roles WHERE user_id = ?) OR p.id = ?)
ORDER BY COALESCE(b.critical, 0) DESC, COALESCE(b.high, 0) DESC, COALESCE(b.worst, 0) DESC, p.key
LIMIT ? OFFSET ?

-- name: count-projects
SELECT COUNT(*) FROM projects p
WHERE (? = '' OR LOWER(p.key) LIKE ? ESCAPE '\' OR LOWER(p.name) LIKE ? ESCAPE '\')
  AND (? = TRUE OR p.id IN (SELECT project_id FROM roles WHERE user_id = ?) OR p.id = ?)
