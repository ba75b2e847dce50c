# Builds the one binary and puts it into a small image; docker-compose.yml shows how it is run.
FROM rust:1.95-bookworm AS build
WORKDIR /source
COPY . .
RUN cargo build --release --locked --package raakvlak-server --bin raakvlak

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/raakvlak raakvlak
COPY --from=build /source/target/release/raakvlak /usr/local/bin/raakvlak
USER raakvlak
WORKDIR /var/lib/raakvlak
EXPOSE 8080
ENTRYPOINT ["raakvlak"]
CMD ["serve"]
