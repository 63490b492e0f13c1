# Built in two stages, so that what builds (npm, make) is not in what serves. Every step that makes something is a command of `make run`.

FROM python:3.13-slim AS build
RUN apt-get update && apt-get install --yes --no-install-recommends make npm && rm -rf /var/lib/apt/lists/*
WORKDIR /cinegraph
COPY Makefile requirements.lock ./
COPY .ci/install .ci/install
RUN make .venv/.runs
COPY schema/transport/graphiql schema/transport/graphiql
RUN make graphiql && rm -rf schema/transport/graphiql/node_modules
COPY db db
COPY integrations integrations
COPY resolvers resolvers
COPY schema schema
COPY server.py settings.py schema.graphql LICENSE ./

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home cinegraph && install --directory --owner cinegraph /data
COPY --from=build /cinegraph /cinegraph
WORKDIR /cinegraph
USER cinegraph
VOLUME /data
ENV DATABASE_URL=sqlite+aiosqlite:////data/cinegraph.db PATH=/cinegraph/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=4s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=3)"]
CMD ["python", "server.py", "serve", "--host", "0.0.0.0"]
