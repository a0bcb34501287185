# ruleid: ruby-weak-password-hash
Digest::MD5.hexdigest(password)
# ok: ruby-weak-password-hash
BCrypt::Password.create(password)
# ruleid: ruby-weak-password-hash
Digest::SHA256.hexdigest(salt + password)
# ruleid: ruby-weak-password-hash
Digest::SHA1.hexdigest(params[:password])
# ok: ruby-weak-password-hash
Digest::SHA256.hexdigest(message)
# ok: ruby-weak-password-hash
Digest::SHA256.hexdigest(passport)
# ruleid: ruby-weak-password-hash
self.hash = Digest::MD5.hexdigest(self.password)
