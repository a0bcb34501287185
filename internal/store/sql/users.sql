-- name: add-user
INSERT INTO users (name, email, password, subject, admin, disabled, created, used)
VALUES (?, ?, ?, ?, ?, FALSE, ?, 0) RETURNING id

-- name: user-by-name
SELECT id, name, email, password, subject, admin, disabled, created, used FROM users WHERE name = ?

-- name: user-by-id
SELECT id, name, email, password, subject, admin, disabled, created, used FROM users WHERE id = ?

-- name: list-users
SELECT id, name, email, password, subject, admin, disabled, created, used FROM users ORDER BY name LIMIT ? OFFSET ?

-- name: count-admins
SELECT COUNT(*) FROM users WHERE admin = TRUE AND disabled = FALSE

-- name: change-user
UPDATE users SET email = ?, password = ?, admin = ?, disabled = ? WHERE id = ?

-- name: user-used
UPDATE users SET used = ? WHERE id = ?

-- name: add-session
INSERT INTO sessions (hash, user_id, created, expires) VALUES (?, ?, ?, ?)

-- name: session
SELECT u.id, u.name, u.email, u.password, u.subject, u.admin, u.disabled, u.created, u.used
FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.hash = ? AND s.expires > ? AND u.disabled = FALSE

-- name: end-session
DELETE FROM sessions WHERE hash = ?

-- name: end-sessions-of
DELETE FROM sessions WHERE user_id = ?

-- name: end-old-sessions
DELETE FROM sessions WHERE expires <= ?

-- name: set-role
INSERT INTO roles (user_id, project_id, role) VALUES (?, ?, ?)
ON CONFLICT (user_id, project_id) DO UPDATE SET role = excluded.role

-- name: end-role
DELETE FROM roles WHERE user_id = ? AND project_id = ?

-- name: role
SELECT role FROM roles WHERE user_id = ? AND project_id = ?

-- name: list-roles
SELECT r.user_id, u.name, r.role FROM roles r JOIN users u ON u.id = r.user_id WHERE r.project_id = ? ORDER BY u.name
