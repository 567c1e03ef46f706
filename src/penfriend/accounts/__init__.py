"""How users prove who they are: passwords (argon2), codes (TOTP), OpenID Connect, and what is sealed with the
house's key. The only home of argon2, pyotp, segno and authlib; each is imported when it is needed."""
