.DEFAULT_GOAL := help
.PHONY: help run test lint fuzz vuln generate new-tsp contract bench torture

help: ## Show what there is to make.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: ## Run everything with demo data: the main job.
	go run ./cmd/waybill dev

test: lint ## Run all tests, with the race detector where there is a C compiler.
	./tools/test.sh

lint: ## Check format, vet and staticcheck.
	@test -z "$$(gofmt -l bench cmd internal tools)" || { gofmt -l bench cmd internal tools; echo "run gofmt -w on these"; exit 1; }
	go vet ./...
	go tool -modfile=tools.mod staticcheck ./...

fuzz: ## Fuzz every parser of outside input, FUZZTIME each (10s).
	./tools/fuzz.sh

vuln: ## Look for known vulnerabilities, where their database can be reached.
	./tools/vuln.sh

generate: ## Write what follows from the adapters: their list and their documents.
	go run ./tools/genadapters
	go run ./tools/gendocs

new-tsp: ## Scaffold the folder of a TSP: make new-tsp NAME=wialon. See docs/adding-a-tsp.md.
	@go run ./tools/newtsp "$(NAME)"

contract: ## Make the suite's writes at a real account, as in TSP=samsara; see docs/contract-runs.md.
	@./tools/contract.sh "$(TSP)"

bench: ## Measure every figure beside its floor and write docs/performance.md: about an hour. BENCH=--quick takes minutes.
	go run ./bench $(BENCH)

torture: ## Kill, stop, fill and cut off everything under load and count what is lost. ROUNDS=40, SEED and EVILS say what.
	./tools/torture.sh
