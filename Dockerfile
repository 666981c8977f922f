# One image, several roles: gateway (the default), admin, stub. docs/image.md explains how it is built, and why.
# Both stages use the same base: the second's Node reads what the first compiled.
ARG BASE=node:26-bookworm-slim

FROM ${BASE} AS content
WORKDIR /app
COPY package.json package-lock.json ./
COPY gateway/package.json gateway/
# The lock file pins version and integrity of each package; none needs its install scripts. Types and maps are not used.
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc,required=false \
    npm ci --workspace gateway --omit=dev --ignore-scripts --no-audit --no-fund \
 && find node_modules -type f \( -name '*.d.[cm]ts' -o -name '*.d.ts' -o -name '*.map' \) -delete
COPY gateway gateway
COPY errors errors
COPY image image
RUN node image/describe.ts --exact > image.json \
 && install -d -o node compile-cache
# Modules are compiled here, because the file system is read-only later; by the same user, because Node keeps one cache
# for each.
USER node
ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/app/compile-cache
RUN node gateway/main.ts warm
USER root
RUN chown -R 0:0 compile-cache && chmod -R a+rX,go-w .

FROM ${BASE}
# A running image needs neither a package manager nor another user's privileges.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
      /usr/local/bin/yarn* /opt/yarn* \
 && find / -xdev -type f -perm /6000 -exec chmod a-s {} +
# Aurora's certificates are signed by authorities that are not public roots (docs/image.md).
ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/app/compile-cache \
    NODE_EXTRA_CA_CERTS=/app/gateway/certificates/amazon-rds.pem
WORKDIR /app
COPY --from=content --chown=0:0 /app/node_modules node_modules
COPY --from=content --chown=0:0 /app/compile-cache compile-cache
COPY --from=content --chown=0:0 /app/gateway gateway
COPY --from=content --chown=0:0 /app/image.json ./
# Numeric, so that an orchestrator can verify that it is not root.
USER 1000:1000
EXPOSE 8080
STOPSIGNAL SIGTERM
# No HEALTHCHECK: under ECS Docker would run it, and nobody would read the result (docs/image.md).
ENTRYPOINT ["node", "gateway/main.ts"]
CMD ["gateway"]
