"""How gunicorn serves: one plain process per core, which on two cores answered more than threads did."""

import os
from pathlib import Path

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", 0)) or len(os.sched_getaffinity(0))
worker_class = "sync"
# Each process opens its own database connections: none may be inherited through a fork.
preload_app = False
timeout = 60
graceful_timeout = 10
loglevel = "warning"
errorlog = "-"
accesslog = None
# The heartbeat file must not lie on a disk that can stall.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
# Nobody steers the server through a socket in the home folder; signals do.
control_socket_disable = True
