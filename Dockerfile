# Stage 1 builds a static binary; stage 2 is that binary and nothing else. It is the same for amd64 and
# arm64: docker buildx build --platform linux/amd64,linux/arm64 .
FROM docker.io/library/rust:1.95 AS build
WORKDIR /src
# The C library is linked in. It is glibc, because musl's takes a quarter of a page's time.
# The profile says what a request runs: bench/train made it. Without the two thresholds, what runs often
# is inlined where it hardly runs, too, and the binary is larger by an eighth.
ENV RUSTFLAGS="-C target-feature=+crt-static -C relocation-model=static -C llvm-args=-inlinehint-threshold=50 -C llvm-args=-profile-summary-cutoff-hot=950000 -C profile-use=/src/bench/callmock.profdata"
# The dependencies have a layer of their own: an edit of callmock's code does not compile them again.
COPY Cargo.toml Cargo.lock ./
COPY bench/callmock.profdata ./bench/
RUN mkdir src && touch src/lib.rs && echo 'fn main() {}' >src/main.rs \
 && cargo build --release --locked --target "$(uname -m)-unknown-linux-gnu"
COPY src ./src
COPY scenarios ./scenarios
ARG CALLMOCK_COMMIT=
# The files are older than what was compiled of the empty ones.
RUN touch src/lib.rs src/main.rs \
 && target="$(uname -m)-unknown-linux-gnu" \
 && CALLMOCK_COMMIT="$CALLMOCK_COMMIT" cargo build --release --locked --target "$target" \
 && install -D "target/$target/release/callmock" /out/callmock \
 && mkdir /out/state

FROM scratch AS runtime
ARG CALLMOCK_COMMIT=
LABEL org.opencontainers.image.title="callmock" \
      org.opencontainers.image.description="Answers as four contact-centre vendors do, for tests" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.revision="$CALLMOCK_COMMIT"
COPY --from=build /out/callmock /callmock
# A volume of this folder begins as it is here: its owner is who runs callmock.
COPY --from=build --chown=65532:65532 /out/state /state
# Nobody's account: the image has no /etc/passwd to name it.
USER 65532:65532
ENV CALLMOCK_HOST=0.0.0.0 CALLMOCK_PORT=8080 CALLMOCK_SCENARIOS=/scenarios
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=1s --retries=3 CMD ["/callmock", "health"]
ENTRYPOINT ["/callmock"]
CMD ["serve"]
