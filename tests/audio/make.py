#!/usr/bin/env python3
"""Makes the rarer formats of speech.m4a; wants av from PyPI."""

import pathlib

import av

HERE = pathlib.Path(__file__).parent


def convert(name, codec, options=None, **stream):
    source = av.open(str(HERE / "speech.m4a"))
    target = av.open(str(HERE / name), "w", options=options or {})
    out = target.add_stream(codec, rate=16_000, **stream)
    out.layout = "mono"
    resampler = av.AudioResampler(format=out.format, layout="mono", rate=16_000, frame_size=out.codec_context.frame_size)
    for frame in source.decode(audio=0):
        for piece in resampler.resample(frame):
            target.mux(out.encode(piece))
    for piece in resampler.resample(None):
        target.mux(out.encode(piece))
    target.mux(out.encode(None))
    target.close()


convert("speech.flac", "flac")
convert("speech.mp2", "mp2", bit_rate=32_000)
# As phones write: fragments of a second behind an empty index.
convert("fragmented.mp4", "aac", {"movflags": "empty_moov+default_base_moof", "frag_duration": "1000000"}, bit_rate=24_000)
