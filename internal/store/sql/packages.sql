-- name: add-package-names
INSERT INTO package_names (ecosystem, name) VALUES /*rows*/
ON CONFLICT (ecosystem, name) DO UPDATE SET name = excluded.name RETURNING id, ecosystem, name

-- name: delete-packages
DELETE FROM packages WHERE branch_id = ? AND scope = ?

-- name: add-packages
INSERT INTO packages (branch_id, scope, name_id, version, purl, services, licences, reachable, dev) VALUES /*rows*/

-- name: list-packages
SELECT '', '', n.ecosystem, n.name, p.version, p.purl, p.services, p.licences, p.reachable, p.dev
FROM packages p JOIN package_names n ON n.id = p.name_id WHERE p.branch_id = ?
ORDER BY n.name, p.version LIMIT ? OFFSET ?

-- name: search-packages
SELECT j.key, b.name, n.ecosystem, n.name, p.version, p.purl, p.services, p.licences, p.reachable, p.dev
FROM package_names n JOIN packages p ON p.name_id = n.id JOIN branches b ON b.id = p.branch_id
  JOIN projects j ON j.id = b.project_id
WHERE LOWER(n.name) LIKE ? ESCAPE '\' AND b.pull = ''
  AND (? = TRUE OR j.id IN (SELECT project_id FROM roles WHERE user_id = ?) OR j.id = ?)
ORDER BY n.name, j.key, p.version LIMIT ? OFFSET ?
