"""The one provider: the identity service of the authority that runs the platform."""

import hmac
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import get_random_string
from requests import RequestException

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key that only the service has: never `none`, never one made with a key that it publishes."""


class Adapter(OpenIDConnectOAuth2Adapter):
    """Talks to the service. Whatever it answers wrongly is an `OAuth2Error`: a page that says so, never a 500."""

    nonce = ""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, Provider.id)

    @property
    def openid_config(self) -> dict[str, Any]:
        try:
            config = super().openid_config
        except (RequestException, ValueError) as failure:
            raise OAuth2Error(f"The service does not answer: {failure}") from failure
        missing = {"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"} - set(config)
        if missing:
            raise OAuth2Error(f"The description of the service lacks {', '.join(sorted(missing))}")
        return config

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return build_absolute_uri(request, reverse("sso_callback"), self.redirect_uri_protocol)

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        claims = self._decode_id_token(app, kwargs["response"].get("id_token") or "")
        data: dict[str, Any] = {"id_token": claims}
        if settings.OIDC_CLAIM not in claims and "userinfo_endpoint" in self.openid_config:
            more = self._fetch_user_info(token.token)
            if more.get("sub") != claims["sub"]:  # OpenID Connect Core 5.3.2
                raise OAuth2Error("The service speaks of two people")
            data["userinfo"] = more
        return self.get_provider().sociallogin_from_response(request, data)

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        try:
            with get_adapter().get_requests_session() as session:
                answer = session.get(self.openid_config["jwks_uri"])
                answer.raise_for_status()
                keys = jwt.PyJWKSet.from_dict(answer.json())
            kid = jwt.get_unverified_header(id_token).get("kid")
            key = next(key for key in keys.keys if kid is None or key.key_id == kid)
            claims = jwt.decode(
                id_token,
                key,
                algorithms=list(ALGORITHMS),
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=60,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except (jwt.PyJWTError, StopIteration, ValueError, TypeError, RequestException) as failure:
            raise OAuth2Error(f"The ID token does not hold: {type(failure).__name__}") from failure
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("The ID token is for somebody else")
        if not self.nonce or not hmac.compare_digest(str(claims.get("nonce", "")).encode(), self.nonce.encode()):
            raise OAuth2Error("The ID token belongs to another sign-in")
        return claims


class Provider(OpenIDConnectProvider):
    id = "sso"
    package = "people.sso"
    oauth2_adapter_class = Adapter
    pkce_enabled_default = True

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        return reverse("sso_login", query=kwargs or None)

    def get_callback_url(self) -> str:
        return reverse("sso_callback")

    def get_oauth2_adapter(self, request: HttpRequest) -> Adapter:
        return self.oauth2_adapter_class(request)

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        return self.get_auth_params()  # nothing that a link could add

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return self.get_scope()

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        nonce = get_random_string(32)
        kwargs["auth_params"] = {**self.get_auth_params(), "nonce": nonce}
        return super().redirect(request, process, next_url, data, nonce=nonce, **kwargs)


class Callback(OAuth2CallbackView):
    """Hands the nonce of this sign-in, kept with its state, to whoever checks the token."""

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")  # type: ignore[attr-defined]
        return state, response
