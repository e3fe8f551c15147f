"""The web server of one machine: `gunicorn -c config/gunicorn.py config.wsgi`. What differs, the environment says.

A process that has laid out a PDF keeps 250 MB of fonts, and large papers leave holes: it begins anew now and then.
"""

import os
import shutil
import subprocess
import sys
from tempfile import mkdtemp

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_PROCESSES") or 2)
worker_class = "config.answering.Worker"
threads = int(os.environ.get("WEB_THREADS") or 4)
max_requests, max_requests_jitter = 2000, 500
timeout = 120  # a long paper; the proxy waits as long (docs/deployment/nginx.conf)
graceful_timeout = 30
accesslog = None  # addresses can be keys: config.tracing says what was asked, by the name of the view
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def on_starting(server):
    """What the environment says wrong is said before any process begins: gunicorn would begin one after the other. And
    figures of all processes are summed up in a folder, which is a new one at each start."""
    # Not in this process: what it has read itself, all it begins would keep when a newer version is to be read (HUP).
    read = subprocess.run([sys.executable, "-c", "import config.settings"], stderr=subprocess.PIPE, text=True)
    if read.returncode:
        sys.exit(read.stderr.strip())
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = mkdtemp(prefix="venture-metrics-")


def pre_fork(server, worker):
    """Each process has a place, and who comes after it takes the same: so there are never more files than places."""
    taken = {getattr(other, "place", None) for other in server.WORKERS.values()}
    worker.place = next(place for place in range(1000) if place not in taken)


def post_fork(server, worker):
    os.environ["METRICS_PLACE"] = str(worker.place)


def post_worker_init(worker):
    from config.patient_sqlite3.staying import stay_open  # noqa: PLC0415  Django is set up by now, and was not above

    stay_open()


def on_exit(server):
    """Nothing is left behind."""
    shutil.rmtree(os.environ.pop("PROMETHEUS_MULTIPROC_DIR", ""), ignore_errors=True)
