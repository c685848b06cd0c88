# Stage 1 builds a static binary; stage 2 is that binary and nothing else.
FROM docker.io/library/rust:1.95 AS build
WORKDIR /src
# The C library is linked in. It is glibc, because musl's takes a quarter of a page's time.
ENV RUSTFLAGS="-C target-feature=+crt-static -C relocation-model=static"
COPY Cargo.toml Cargo.lock ./
COPY src ./src
COPY scenarios ./scenarios
RUN target="$(uname -m)-unknown-linux-gnu" \
 && cargo build --release --locked --target "$target" \
 && install -D "target/$target/release/callmock" /out/callmock

FROM scratch AS runtime
COPY --from=build /out/callmock /callmock
# Nobody's account: the image has no /etc/passwd to name it.
USER 65532:65532
ENV CALLMOCK_HOST=0.0.0.0 CALLMOCK_PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=1s --retries=3 CMD ["/callmock", "health"]
ENTRYPOINT ["/callmock"]
CMD ["serve"]
