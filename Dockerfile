# syntax=docker/dockerfile:1
# The whole image is one static binary and the authorities of TLS; no shell, nobody but an unprivileged user.
#   docker build --build-arg VERSION=v0.2.0 --build-arg REVISION=$(git rev-parse HEAD) -t sluice:v0.2.0 .
FROM --platform=$BUILDPLATFORM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG TARGETOS TARGETARCH VERSION=devel REVISION=unknown
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false \
    -ldflags "-s -w -X main.version=$VERSION -X main.revision=$REVISION" -o /out/sluice ./cmd/sluice
# The data directory of `sluice up`, owned by the user who runs: a volume made here inherits that.
RUN mkdir -p /out/data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/sluice /sluice
COPY --from=build --chown=65532:65532 /out/data /var/lib/sluice
USER 65532:65532
EXPOSE 8080 9100
# No curl here: the binary asks its own ops listener, at SLUICE_OPS_LISTEN.
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 CMD ["/sluice", "health"]
ENTRYPOINT ["/sluice"]
CMD ["--help"]
