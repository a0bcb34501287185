-- name: setting
SELECT value FROM settings WHERE name = ?

-- name: set-setting
INSERT INTO settings (name, value, changed) VALUES (?, ?, ?)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed = excluded.changed

-- name: delete-setting
DELETE FROM settings WHERE name = ?

-- name: add-audit
INSERT INTO audit (made, actor, action, object, project_id, detail, address) VALUES (?, ?, ?, ?, ?, ?, ?)

-- name: list-audit
SELECT id, made, actor, action, object, project_id, detail, address FROM audit
WHERE (CAST(? AS BIGINT) = 0 OR project_id = ?) ORDER BY id DESC LIMIT ? OFFSET ?
