# ruleid: ruby-jwt-not-verified
JWT.decode(token, nil, false)
# ok: ruby-jwt-not-verified
JWT.decode(token, key, true, algorithm: "HS256")
# ruleid: ruby-jwt-not-verified
JWT.encode(claims, nil, "none")
# ok: ruby-jwt-not-verified
JWT.encode(claims, key, "RS256")
# ruleid: ruby-jwt-not-verified
JWT.decode(token, key, true, { algorithm: "none" })
# ok: ruby-jwt-not-verified
JWT.decode(token, key)
