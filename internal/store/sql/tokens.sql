-- name: add-token
INSERT INTO tokens (hash, prefix, name, scope, project_id, pull_only, created, created_by, expires, used, revoked)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0) RETURNING id

-- name: token-by-hash
SELECT id, prefix, name, scope, COALESCE(project_id, 0), pull_only, created, created_by, expires, used, revoked
FROM tokens WHERE hash = ?

-- name: token-by-id
SELECT id, prefix, name, scope, COALESCE(project_id, 0), pull_only, created, created_by, expires, used, revoked
FROM tokens WHERE id = ?

-- name: list-tokens
SELECT id, prefix, name, scope, COALESCE(project_id, 0), pull_only, created, created_by, expires, used, revoked
FROM tokens WHERE (CAST(? AS BIGINT) = 0 OR project_id = ?) ORDER BY id DESC LIMIT ? OFFSET ?

-- name: revoke-token
UPDATE tokens SET revoked = ? WHERE id = ? AND revoked = 0

-- name: token-used
UPDATE tokens SET used = ? WHERE id = ? AND used < ?
