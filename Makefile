# make demo · make test · make quick · make bench · make lint — each sets itself up (.venv, Debian packages) on a bare Debian 12.
.DELETE_ON_ERROR:
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORKERS := $(shell echo $$(( $$(nproc) * 3 )))  # tests wait for servers: more than one a core

.PHONY: demo test quick lint bench pictures stack stack-stop
$(READY): pyproject.toml constraints.txt setup.sh
	./setup.sh $(VENV)
	@touch $@

demo: $(READY)
	@./demo.sh

test: lint
	./packages.sh
	$(BIN)/python -m pytest $(if $(GRAFANA_URL),-n 0,-n $(WORKERS) --dist loadfile)

# Without servers and without root: what to run while writing.
quick: lint
	$(BIN)/python -m pytest -n auto -q tests/config tests/lists tests/render tests/test_architecture.py tests/test_credential.py \
		tests/dashboards/test_lint.py tests/dashboards/test_catalogue.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY)
	$(BIN)/python -m benchmarks

# Every dashboard as a Viewer sees it in Chromium: make pictures GRAFANA_URL=http://127.0.0.1:3000 (for trying out; its
# admin in GRAFANA_USER and GRAFANA_PASSWORD). SLUGS="today prolongation" opens these alone.
pictures: $(READY)
	./packages.sh chromium
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group pictures
	$(BIN)/python -m pictures --url "$${GRAFANA_URL:?}" --folder .demo/pictures $(SLUGS)

# The stores and what collects on this machine, from Debian's packages; options: make stack STACK="--events-port 5433"
stack: $(READY)
	./packages.sh
	@install -d -m 711 .demo
	@$(BIN)/provision stack start $(STACK)

stack-stop: $(READY)
	@$(BIN)/provision stack stop
