"""The nginx that we deliver, as it is, in front of a small site: only ports, folders and the certificate are others."""

import re
import shutil
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.urls import reverse
from django.utils import timezone

from config.logs import KEYS
from tests.nodes import Web, free_port, wait_until

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
CURL = shutil.which("curl")  # speaks HTTP/2, as browsers do and Python does not
DELIVERED = Path(__file__).parents[2] / "docs" / "deployment"
HOST = "grants.example.org"
MEGABYTE = 1 << 20
SAFE = (
    "Content-Security-Policy", "Cross-Origin-Opener-Policy", "Referrer-Policy", "Strict-Transport-Security",
    "X-Content-Type-Options", "X-Frame-Options",
)  # fmt: skip
AROUND = """
pid {folder}/nginx.pid;
worker_processes 1;
{user}
events {{ worker_connections 512; }}
http {{
    types {{ text/html html; text/css css; }}
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/venture.conf;
}}
"""
pytestmark = [pytest.mark.one_database, pytest.mark.skipif(NGINX is None, reason="no nginx here")]


class Site(ThreadingHTTPServer):
    """Answers everything, with the headers that our site sends, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.headers = headers
        self.asked: list[Answer] = []
        threading.Thread(target=self.serve_forever, args=[0.05], daemon=True).start()


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.server.asked.append(self)
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said = "我们自己的页面".encode()
        self.send_response(404 if self.path == "/none/" else 200)
        for name, value in {**self.server.headers, "Content-Length": str(len(said))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said)

    do_POST = do_GET

    def log_message(self, *args: object) -> None:
        pass


class Proxy:
    """nginx by the delivered file, in a folder of its own, before two machines."""

    def __init__(self, folder: Path, *machines: int) -> None:
        self.folder, self.plain, self.secure = folder, free_port(), free_port()
        certify(folder)
        (folder / "static").mkdir()
        (folder / "static" / "site.0123.css").write_text("a {}")
        (folder / "static" / "site.0123.css.gz").write_bytes(b"packed")
        (folder / "venture.conf").write_text(self.adapted(*machines))
        # a worker that was begun by root becomes somebody who may not read our folder
        user = "user root;" if Path(folder).owner() == "root" else ""
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
        words = [NGINX, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"]
        tried = subprocess.run([*words, "-t"], capture_output=True, text=True)
        assert tried.returncode == 0, tried.stderr
        self.process = subprocess.Popen([*words, "-g", "daemon off;"])
        wait_until(self.answers, 10)

    def adapted(self, *machines: int) -> str:
        """What is delivered, with other ports and folders. Each must be there to be replaced."""
        text = (DELIVERED / "nginx.conf").read_text()
        for old, new in {
            "listen 80;": f"listen 127.0.0.1:{self.plain};",
            "listen 443 ssl": f"listen 127.0.0.1:{self.secure} ssl",
            "10.0.0.11:8000": f"127.0.0.1:{machines[0]}",
            "10.0.0.12:8000": f"127.0.0.1:{machines[1]}",
            "/var/log/nginx/": f"{self.folder}/",
            "/etc/ssl/venture/": f"{self.folder}/",
            "/etc/nginx/venture/": f"{DELIVERED}/pages/",
            "/srv/venture/staticfiles/": f"{self.folder}/static/",
        }.items():
            assert old in text
            text = text.replace(old, new)
        return text

    def answers(self) -> bool:
        try:
            HTTPConnection("127.0.0.1", self.plain, timeout=2).connect()
        except OSError:
            return False
        return True

    def connect(self) -> HTTPSConnection:
        trusted = ssl.create_default_context(cafile=self.folder / "fullchain.pem")
        return HTTPSConnection("127.0.0.1", self.secure, timeout=10, context=trusted)

    def ask(self, method: str, path: str, **headers: str) -> tuple[HTTPResponse, str]:
        line = self.connect()
        try:
            line.request(method, path, headers={"Host": HOST, **{k.replace("_", "-"): v for k, v in headers.items()}})
            answer = line.getresponse()
            return answer, answer.read().decode()
        finally:
            line.close()

    def statuses(self, method: str, path: str, times: int) -> Counter:
        """Of so many requests on one line, one straight after the other."""
        line, found = self.connect(), Counter()
        for _number in range(times):
            line.request(method, path, headers={"Host": HOST})
            answer = line.getresponse()
            answer.read()
            found[answer.status] += 1
        line.close()
        return found


def certify(folder: Path) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now, names = timezone.now(), [x509.DNSName(HOST), x509.IPAddress(ip_address("127.0.0.1"))]
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName(names), critical=False).sign(key, hashes.SHA256())
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(key.private_bytes(*plain))


@pytest.fixture
def site(db, client, settings) -> Iterator[Site]:
    settings.SECURE_HSTS_SECONDS = 31536000
    made = Site(dict(client.get(reverse("core:log"), secure=True).headers))
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def proxy(site, tmp_path) -> Iterator[Proxy]:
    yield from standing(tmp_path, site.server_port, site.server_port)


@pytest.fixture
def lonely(tmp_path) -> Iterator[Proxy]:
    """Behind it nobody answers."""
    yield from standing(tmp_path, free_port(), free_port())


def standing(folder: Path, *machines: int) -> Iterator[Proxy]:
    made = Proxy(folder, *machines)
    try:
        yield made
    finally:
        made.process.terminate()
        made.process.wait(10)


def page(name: str) -> str:
    return (DELIVERED / "pages" / f"{name}.html").read_text()


def test_what_is_too_large_is_refused_in_chinese_before_it_is_sent(proxy, site):
    answer, said = proxy.ask("POST", "/expenses/", Content_Length=str(251 * MEGABYTE))

    assert (answer.status, said) == (413, page(413))
    assert "<h1>文件太大，没有收到</h1>" in said
    assert answer.headers.get_content_type() == "text/html"
    assert site.asked == []
    assert proxy.statuses("POST", "/expenses/", 1) == {200: 1}


@pytest.fixture
def real(db, tmp_path) -> Iterator[Proxy]:
    """Behind it stands the web server that we deliver."""
    web = Web(tmp_path)
    try:
        wait_until(lambda: web_answers(web))
        yield from standing(tmp_path, web.port, web.port)
    finally:
        web.stop()


def web_answers(web: Web) -> bool:
    try:
        return web.ask("GET", "/healthz", {})[0] == 200
    except OSError:
        return False


@pytest.mark.skipif(CURL is None, reason="no curl here")
@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_what_is_too_long_is_refused_in_chinese_by_the_site_whatever_the_browser_speaks(real, version, tmp_path):
    """Over HTTP/2 nginx only hangs up on what is too long for it, so nothing that a browser sends may be."""
    at, long = f"https://127.0.0.1:{real.secure}/", "a" * 60000  # curl itself sends no more than 64 kB
    for asked, code in ((f"url = {at}?{long}", 414), (f'url = {at}\nheader = "Cookie: {long}"', 431)):
        (tmp_path / "asked").write_text(asked)
        words = [CURL, "-sS", version, "--cacert", tmp_path / "fullchain.pem", "-K", tmp_path / "asked"]
        said = subprocess.run([*words, "-w", "\n%{http_code} %{http_version}"], capture_output=True, text=True)
        assert said.stdout == f"{page(code)}\n{code} {version.removeprefix('--http')}", said.stderr


@pytest.mark.parametrize(("path", "header", "code"), [("/?" + "a" * 300000, "", 414), ("/", "a" * 300000, 431)])
def test_what_is_longer_still_is_refused_in_chinese(proxy, site, path, header, code):
    answer, said = proxy.ask("GET", path, Cookie=header)

    assert (answer.status, said) == (code, page(code))
    assert site.asked == []


def test_site_that_does_not_answer_is_spoken_for_in_chinese(lonely):
    answer, said = lonely.ask("GET", "/")

    assert (answer.status, said) == (502, page(502))
    assert "<h1>平台暂时没有应答</h1>" in said


def test_own_pages_of_the_site_pass_as_they_are_and_those_of_nginx_have_no_address(proxy):
    answer, said = proxy.ask("GET", "/none/")
    assert (answer.status, said) == (404, "我们自己的页面")

    answer, said = proxy.ask("GET", "/_said/413.html")
    assert answer.status == 404
    assert "文件太大" not in said


def test_sign_in_is_slowed_down_after_a_burst_and_only_what_is_sent_counts(proxy):
    assert proxy.statuses("GET", "/accounts/login/", 40) == {200: 40}  # a room full of people opens the page
    begun = time.monotonic()
    passed = proxy.statuses("POST", "/accounts/login/", 30)[200]
    assert 21 <= passed <= 21 + time.monotonic() - begun + 1  # one at once, twenty in a burst, one a second

    answer, said = proxy.ask("POST", "/accounts/login/")
    assert (answer.status, said) == (429, page(429))
    assert "<h1>访问太频繁，请稍等</h1>" in said
    assert proxy.statuses("POST", "/elsewhere/", 1) == {200: 1}
    assert proxy.statuses("GET", "/accounts/login/", 1) == {200: 1}


def test_static_files_are_outside_the_limits_that_pages_have(proxy, site):
    """A page asks for a dozen: thirty people behind one address would get theirs without its looks."""
    begun = time.monotonic()
    assert proxy.statuses("GET", "/static/site.0123.css", 400) == {200: 400}

    pages = proxy.statuses("GET", "/projects/", 400)
    assert 101 <= pages[200] <= 101 + 20 * (time.monotonic() - begun + 1)
    assert pages[429] == 400 - pages[200] > 0
    assert proxy.statuses("GET", "/static/site.0123.css", 100) == {200: 100}
    assert {one.path for one in site.asked} == {"/projects/"}  # nginx has them itself


def test_static_file_is_kept_for_a_year_and_comes_packed(proxy):
    answer, said = proxy.ask("GET", "/static/site.0123.css")
    assert said == "a {}"
    assert answer.headers.get_all("Cache-Control") == ["public, max-age=31536000, immutable"]
    assert answer.headers.get_all("X-Content-Type-Options") == ["nosniff"]

    answer, said = proxy.ask("GET", "/static/site.0123.css", Accept_Encoding="gzip")
    assert (answer.headers["Content-Encoding"], said) == ("gzip", "packed")


def test_headers_that_keep_people_safe_come_once_and_as_the_site_says_them(proxy, site):
    answer, _said = proxy.ask("GET", "/")

    assert set(SAFE) <= set(site.headers)
    said = {name: answer.headers.get_all(name) for name in site.headers if name != "Content-Length"}
    assert said == {name: [site.headers[name]] for name in said}
    assert answer.headers.get_all("Server") == ["nginx"]  # without its version


def test_site_is_told_who_asks_by_which_way_and_since_when(proxy, site):
    proxy.ask("GET", "/", X_Request_Start="1", X_Forwarded_Proto="http", X_Forwarded_For="10.9.9.9")

    [asked] = site.asked
    said = {name: asked.headers.get_all(name) for name in ("Host", "X-Forwarded-Proto", "X-Forwarded-For")}
    assert said == {"Host": [HOST], "X-Forwarded-Proto": ["https"], "X-Forwarded-For": ["10.9.9.9, 127.0.0.1"]}
    [since] = asked.headers.get_all("X-Request-Start")
    assert abs(time.time() - float(since)) < 60
    assert re.fullmatch("[0-9a-f]{32}", asked.headers["X-Request-ID"])


def test_pages_for_machines_are_not_given_out(proxy, site):
    assert [proxy.ask("GET", path)[0].status for path in ("/metrics", "/readyz")] == [404, 404]
    assert site.asked == []


def test_plain_http_is_led_to_the_safe_way(proxy):
    line = HTTPConnection("127.0.0.1", proxy.plain, timeout=10)
    line.request("GET", "/projects/?page=2", headers={"Host": HOST})
    answer = line.getresponse()
    line.close()

    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/projects/?page=2")


def test_addresses_that_are_keys_are_not_in_the_log(proxy):
    for key in KEYS:
        proxy.ask("GET", f"/{key}/secret/more/?token=secret")
    proxy.ask("GET", "/projects/7/?name=secret")

    log = proxy.folder / "venture.log"
    wait_until(lambda: log.read_text().count("\n") > len(KEYS), 10)
    found = re.findall(r'"path":"([^"]*)"', log.read_text())
    assert found == [*(f"/{key}/-" for key in KEYS), "/projects/7/"]
    assert "secret" not in log.read_text()
