# The service with its web app, without the embedded stack. The base images are arguments so that mirrors can stand in.
ARG NODE_IMAGE=node:22-bookworm-slim
ARG RUST_IMAGE=rust:1.95-bookworm
ARG RUNTIME_IMAGE=gcr.io/distroless/cc-debian12:nonroot

FROM ${NODE_IMAGE} AS web
WORKDIR /build/frontend
COPY .npmrc frontend/package.json frontend/package-lock.json ./
RUN npm ci
COPY frontend ./
RUN npm run build

FROM ${RUST_IMAGE} AS service
WORKDIR /build
# The image's own compiler; the toolchain file would make rustup fetch another copy of it.
ENV RUSTUP_TOOLCHAIN=1.95
COPY . .
COPY --from=web /build/frontend/dist frontend/dist
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked --no-default-features \
    && install -D target/release/ai-interviewer /out/ai-interviewer

FROM ${RUNTIME_IMAGE}
COPY --from=service /out/ai-interviewer /usr/local/bin/ai-interviewer
ENV HOST=0.0.0.0 PORT=8000
EXPOSE 8000
# nonroot of distroless, by number so that orchestrators can tell that it is not root.
USER 65532:65532
# The image has no shell and no curl: the binary asks itself.
HEALTHCHECK --interval=15s --timeout=5s --start-period=5s --retries=3 \
    CMD ["/usr/local/bin/ai-interviewer", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/ai-interviewer"]
CMD ["serve"]
