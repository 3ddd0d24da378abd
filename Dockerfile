# One image for every service and for the command. Node runs the .ts as it is, so all that is built is node_modules.
ARG NODE_IMAGE=node:24-trixie-slim

FROM ${NODE_IMAGE} AS dependencies
# For a registry and a certificate authority of your own: docker compose build --build-arg NPM_CONFIG_REGISTRY=https://…
# NODE_EXTRA_CA_CERTS is the path of a file in PEM that NODE_IMAGE holds.
ARG NPM_CONFIG_REGISTRY
ARG NODE_EXTRA_CA_CERTS
ENV CI=1
WORKDIR /app
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
# Each package.json, and nothing that changes more often: the installation is made anew only when one of them changes.
COPY libs/blobs/package.json libs/blobs/
COPY libs/git/package.json libs/git/
COPY libs/host/package.json libs/host/
COPY libs/pipeline/package.json libs/pipeline/
COPY libs/protocol/package.json libs/protocol/
COPY libs/queue/package.json libs/queue/
COPY libs/store/package.json libs/store/
COPY services/agent/package.json services/agent/
COPY services/dispatcher/package.json services/dispatcher/
COPY services/narwhal/package.json services/narwhal/
COPY services/reporter/package.json services/reporter/
COPY services/runner/package.json services/runner/
RUN npx --yes "$(node --print 'require("./package.json").packageManager')" install --prod --frozen-lockfile --no-optional \
    --filter "./libs/*" --filter "./services/*"

FROM ${NODE_IMAGE}
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates git openssh-client \
 && rm -rf /var/lib/apt/lists/* \
 && ln -s /app/services/narwhal/main.ts /usr/local/bin/narwhal \
 && install --directory --owner=node --group=node --mode=0700 /var/lib/narwhal
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app ./
COPY libs ./libs
COPY services ./services
COPY docker ./docker
USER node
CMD ["narwhal", "--help"]
