"""Single sign-on by OpenID Connect: off unless `OIDC_SERVER_URL` is set (docs/operations.md).

What allauth leaves out and the standard (OpenID Connect Core 3.1.3.7) asks for is here: the signature of the ID token
is checked always, and it must bear the nonce of this very sign-in. Nobody gets an account by it, and no role: a person
who is here already is found by one claim.
"""
