"""Single sign-on against a real OpenID provider on loopback: discovery, authorisation, token, keys, all over HTTP."""

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from core.models import Event
from people.models import User

pytestmark = pytest.mark.one_database

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
FOREIGN_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider(ThreadingHTTPServer):
    """The identity service of an authority. `lie` changes what it says in the ID token, `sign` the key."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.subject, self.claims, self.lie, self.key, self.algorithm = "s-1", {}, {}, KEY, "RS256"
        self.asked: dict[str, dict[str, str]] = {}  # code -> what was asked for

    def authorise(self, address: str) -> dict[str, str]:
        """What a person who signs in at the service brings back: a code, and the state."""
        asked = dict(parse_qsl(urlsplit(address).query))
        code = f"code-{len(self.asked)}"
        self.asked[code] = asked
        return {"code": code, "state": asked["state"]}

    def token(self, sent: dict[str, str]) -> tuple[int, dict]:
        asked = self.asked.pop(sent.get("code", ""), None)
        verifier = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        secret = (sent.get("client_id"), sent.get("client_secret")) == ("venture", "s3cret")
        if asked is None or not secret or asked.get("code_challenge") != proof:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.url, "sub": self.subject, "aud": "venture", "iat": now, "exp": now + 60,
            "nonce": asked["nonce"], **self.claims, **self.lie,
        }  # fmt: skip
        id_token = jwt.encode(claims, self.key, algorithm=self.algorithm, headers={"kid": "k1"})
        return 200, {"access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": id_token}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        url = self.server.url
        jwk = {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())), "kid": "k1", "alg": "RS256"}
        pages = {
            "/.well-known/openid-configuration": {
                "issuer": url, "authorization_endpoint": f"{url}/authorize", "token_endpoint": f"{url}/token",
                "jwks_uri": f"{url}/jwks", "token_endpoint_auth_methods_supported": ["client_secret_post"],
            },
            "/jwks": {"keys": [jwk]},
        }  # fmt: skip
        self.answer(200 if self.path in pages else 404, pages.get(self.path, {}))

    def do_POST(self):
        sent = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self.answer(*self.server.token(sent))

    def answer(self, status: int, content: dict) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def service(settings):
    provider = Provider()
    threading.Thread(target=provider.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    app = {"name": "区统一账号", "client_id": "venture", "secret": "s3cret", "settings": {"server_url": provider.url}}
    settings.SOCIALACCOUNT_PROVIDERS = {"sso": {"APPS": [app]}}
    settings.OIDC_CLAIM, settings.OIDC_FIELD = "preferred_username", "username"
    provider.claims = {"preferred_username": "clerk"}
    yield provider
    provider.shutdown()
    provider.server_close()


def leave(client) -> str:
    """Press the button on the sign-in page: the address of the service to which it leads."""
    return client.post("/accounts/sso/login/?process=login&next=/projects/")["Location"]


def come_back(client, brought: dict[str, str]):
    return client.get(f"/accounts/sso/callback/?{urlencode(brought)}")


def is_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_a_known_person_comes_in_with_the_rights_they_had(town, browse, service):
    client = browse()
    assert "区统一账号" in client.get("/accounts/login/").content.decode()

    address = leave(client)
    asked = parse_qs(urlsplit(address).query)
    response = come_back(client, service.authorise(address))

    assert address.startswith(f"{service.url}/authorize?")
    assert (asked["response_type"], asked["code_challenge_method"], len(asked["nonce"][0])) == (["code"], ["S256"], 32)
    assert (response["Location"], client.session["_auth_user_id"]) == ("/projects/", str(town.clerk.pk))
    assert Event.objects.about(town.clerk).last().name == "sign_in"
    second = browse()
    come_back(second, service.authorise(leave(second)))
    assert is_in(second)


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "another"},
        {"nonce": ""},
        {"aud": "another-client"},
        {"iss": "https://elsewhere.example"},
        {"exp": 1},
        {"azp": "another-client"},
        {"sub": None},
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(town, browse, service, lie):
    service.lie, client = lie, browse()

    response = come_back(client, service.authorise(leave(client)))

    assert (is_in(client), response.status_code < 500) == (False, True)
    assert "登录没有成功" in response.content.decode()


@pytest.mark.parametrize(("key", "algorithm"), [(FOREIGN_KEY, "RS256"), ("k" * 64, "HS256"), (None, "none")])
def test_a_token_that_the_service_did_not_sign_is_refused(town, browse, service, key, algorithm):
    service.key, service.algorithm, client = key, algorithm, browse()

    come_back(client, service.authorise(leave(client)))

    assert not is_in(client)


def test_an_answer_that_was_not_asked_for_here_is_refused(town, browse, service):
    """Another state, none at all, and what somebody else began: their answer sent to a victim."""
    victim, attacker = browse(), browse()
    brought = service.authorise(leave(attacker))

    for wrong in (brought, {**brought, "state": "x"}, {"code": brought["code"]}, {"error": "access_denied"}):
        response = come_back(victim, wrong)
        assert (is_in(victim), response.status_code < 500) == (False, True)
    come_back(attacker, brought)
    again = come_back(attacker, brought)

    assert "登录没有成功" in again.content.decode()  # each answer holds once


@pytest.mark.parametrize(
    "claims",
    [
        {"preferred_username": "nobody"},
        {"preferred_username": ""},
        {"preferred_username": ["clerk"]},
        {"email": "clerk@example.org"},
        {"preferred_username": "admin"},  # the account of the installation
    ],
)
def test_whoever_has_no_account_here_gets_none(town, browse, service, claims):
    service.claims, client, before = claims, browse(), User.objects.count()

    response = come_back(client, service.authorise(leave(client)))

    assert (response.status_code, is_in(client), User.objects.count()) == (403, False, before)
    assert "本平台没有您的账号" in response.content.decode()


def test_an_identity_that_was_one_person_does_not_become_another(town, browse, service):
    client, other = browse(), browse()
    come_back(client, service.authorise(leave(client)))
    service.claims = {"preferred_username": "approver"}

    response = come_back(other, service.authorise(leave(other)))

    assert (response.status_code, is_in(other)) == (403, False)


def test_a_closed_account_stays_closed(town, browse, service):
    User.objects.filter(username="clerk").update(is_active=False)
    client = browse()

    assert come_back(client, service.authorise(leave(client)))["Location"] == "/accounts/inactive/"
    assert not is_in(client)


def test_people_are_found_by_their_number_if_the_setting_says_so(town, browse, service, settings):
    settings.OIDC_CLAIM, settings.OIDC_FIELD = "phone_number", "phone"
    User.objects.filter(username="finance").update(phone="13800138000")
    service.claims, client = {"phone_number": "+86 138 0013 8000"}, browse()

    come_back(client, service.authorise(leave(client)))

    assert client.session["_auth_user_id"] == str(town.finance.pk)


def test_a_service_that_does_not_answer_is_said_on_a_page(town, browse, service):
    service.shutdown()
    service.server_close()

    response = browse().post("/accounts/sso/login/")

    assert (response.status_code < 500, "登录没有成功" in response.content.decode()) == (True, True)


def test_nobody_ties_an_identity_to_an_account_by_hand(town, browse, service):
    client = browse(town.approver)
    address = client.post("/accounts/sso/login/?process=connect")["Location"]

    response = come_back(client, service.authorise(address))

    assert response.status_code == 403
    assert not town.approver.socialaccount_set.exists()


def test_without_the_setting_there_is_no_single_sign_on(town, browse):
    assert browse().post("/accounts/sso/login/").status_code == 404
    assert browse().get("/accounts/sso/callback/?code=1&state=2").status_code == 404
