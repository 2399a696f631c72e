# Every target is one line into make.py, which also runs without make (Windows).
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help book test test-all lint edition verify simulate bench links leesniveau pdf serve clean lock

help:      ## deze lijst
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

book:      ## bouw het boek: inrichten, hoofdstukken uitvoeren, pagina's maken (_build/html)
	@$(PYTHON) make.py book

test:      ## richt in en draai de tests, zonder de langzame
	@$(PYTHON) make.py test

test-all:  ## richt in en draai alle tests
	@$(PYTHON) make.py test-all

lint:      ## controleer de stijl van de code
	@$(PYTHON) make.py lint

edition:   ## voer alles opnieuw uit en leg de uitgave vast (results/uitgave)
	@$(PYTHON) make.py edition

verify:    ## voer alles opnieuw uit en vergelijk met results/uitgave
	@$(PYTHON) make.py verify

simulate:  ## draai de lange simulaties opnieuw (results/simulaties.csv)
	@$(PYTHON) make.py simulate

bench:     ## meet de snelheid, naast papermill en jupyter-book (_build/bench.json; duurt lang)
	@$(PYTHON) make.py bench

links:     ## ga na of alle links van het gebouwde boek ergens heen leiden
	@$(PYTHON) make.py links

leesniveau: ## meet hoe zwaar de zinnen van het gebouwde boek zijn
	@$(PYTHON) make.py leesniveau

pdf:       ## druk het hele boek en de stadsbladen als pdf (_build/html/pdf; vraagt Chromium)
	@$(PYTHON) make.py pdf

serve:     ## toon het gebouwde boek op http://localhost:8000
	@$(PYTHON) make.py serve

clean:     ## verwijder wat gebouwd is
	@$(PYTHON) make.py clean

lock:      ## zet requirements.txt om in requirements.lock (vraagt uv)
	@$(PYTHON) make.py lock
