# One image for every role: `serve` (the default, SQLite in /data), `web`, `worker`, `migrate`.
FROM python:3.12-slim AS build
WORKDIR /src
COPY requirements.lock runtime.lock ./
RUN python -m venv /opt/builder && \
    /opt/builder/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN /opt/builder/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels .
# What runs is what the product needs: no test tools in the image.
RUN python -m venv /opt/beautybot && \
    /opt/beautybot/bin/pip install --no-cache-dir --require-hashes -r runtime.lock && \
    /opt/beautybot/bin/pip install --no-cache-dir --no-deps /wheels/*.whl

FROM python:3.12-slim
RUN useradd --uid 10001 --home-dir /data --create-home beautybot
COPY --from=build /opt/beautybot /opt/beautybot
ENV PATH=/opt/beautybot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:////data/beautybot.db
USER beautybot
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD \
    ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["beautybot", "serve", "--host", "0.0.0.0", "--port", "8000"]
