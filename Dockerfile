FROM python:3.11-slim-bookworm
WORKDIR /okoshi/app
COPY requirements.txt .
RUN pip install --no-cache-dir uv && uv pip sync --system requirements.txt
COPY . .
ENV PYTHONPATH=/okoshi/app
RUN useradd --create-home okoshi && mkdir -p /okoshi/data /okoshi/airflow && chown -R okoshi /okoshi
USER okoshi
ENTRYPOINT ["python", "-m", "include.cli", "exec"]
