# Postern alone: Redis (or Valkey) and the XMPP server are other containers, see docker-compose.yml.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The lock file points to it; what is inside is not needed here.
COPY tools/node24 tools/node24
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY tools tools
COPY src src
COPY adapters adapters
RUN node tools/build.ts

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY tools/node24 tools/node24
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
RUN ln -s /app/dist/src/cli/main.js /usr/local/bin/postern \
  && install -d -o node -g node -m 0700 /var/lib/postern
USER node
VOLUME /var/lib/postern
EXPOSE 8480
# Postern ends in order within 15 seconds of SIGTERM.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=10s --start-period=30s \
  CMD ["postern", "ready", "-c", "/etc/postern/postern.yaml"]
ENTRYPOINT ["postern"]
CMD ["start", "-c", "/etc/postern/postern.yaml"]
