# ruleid: left-whole
shelf[spot()] = 1
# ok: left-whole
shelf[:top] = 1
