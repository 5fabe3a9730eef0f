# trainstate in a container: docker build -t trainstate . && docker run --rm -v "$PWD:/work:ro" trainstate check .
FROM python:3.12-slim AS build
WORKDIR /source
COPY setup.py setup.cfg pyproject.toml README.md LICENSE trainstate_pytest.py ./
COPY trainstate trainstate
RUN python -m venv /opt/trainstate \
 && /opt/trainstate/bin/pip install --no-cache-dir --quiet '.[parquet,yaml]'

FROM python:3.12-slim
COPY --from=build /opt/trainstate /opt/trainstate
# Recordings come from strangers: nothing here needs to be root.
RUN useradd --create-home --uid 10001 trainstate
USER trainstate
WORKDIR /work
ENTRYPOINT ["/opt/trainstate/bin/trainstate"]
CMD ["--help"]
