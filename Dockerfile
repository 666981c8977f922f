# One image, several roles: gateway (default), admin, stub.
FROM node:26-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:26-bookworm-slim
ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/app/compile-cache
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY gateway ./gateway
# Modules are compiled while the image is built, because its file system is read-only while it runs.
RUN node gateway/main.ts warm \
 && chmod -R a+rX /app
USER node
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "gateway/main.ts", "health"]
ENTRYPOINT ["node", "gateway/main.ts"]
CMD ["gateway"]
