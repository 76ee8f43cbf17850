// Package arch holds the test of which room may use which: the house is visible from its
// folders, and stays so.
package arch

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/waybill-dev/waybill/"

// room says what a room may import of ours, and why no more.
type room struct {
	may    string
	reason string
}

// Each TSP is a room with a simulator's room inside; the words "adapters" and "simulators" stand
// for all of them, so that a new TSP costs no edit here.
var (
	adapterRoom   = room{"internal/tsp internal/tsp/rest internal/tsp/steps internal/resource", "an adapter sees the contract, its family, the engine of steps and the vocabulary"}
	simulatorRoom = room{"internal/tsp/simkit", "a simulator must not share code with its adapter"}
)

// rooms are those that are listed by name; any other but a TSP's may not exist.
var rooms = map[string]room{
	"internal/resource":                {"internal/wire", "the vocabulary knows nobody; it masks as all do"},
	"internal/resource/resourcetest":   {"internal/resource", "makes bodies for tests"},
	"internal/problem":                 {"", "errors for callers are a leaf"},
	"internal/config":                  {"internal/resource", "configuration knows names and texts alone; a misspelt variable is answered with the nearest name, as all are"},
	"internal/event":                   {"", "facts are carried by a leaf, so that nobody knows who listens"},
	"internal/fence":                   {"internal/problem", "what keeps two hands off one thing is a leaf, so that all mean the same by it; a store's trouble is one problem for whoever meets it"},
	"internal/page":                    {"", "places, windows, pages and cursors are the same for every list"},
	"internal/wire":                    {"", "times, nulls and masks look alike in every answer"},
	"internal/retryafter":              {"", "a wish to be left alone is read alike from TSPs and receivers"},
	"internal/audit":                   {"", "who did what is noted by a leaf, so that the context can carry it past all rooms"},
	"internal/seal":                    {"", "sealing knows bytes and nothing of what they mean"},
	"internal/listen":                  {"internal/problem", "connections are bounded and made secure without knowing what is asked by them; a request that cannot be trusted is a problem of its sender"},
	"internal/throttle":                {"", "how often somebody comes is counted without knowing who it is"},
	"internal/outbound":                {"", "clients for foreign hosts are made in one place that knows nobody"},
	"internal/tsp":                     {"internal/resource internal/wire", "the contract with adapters speaks of resources only"},
	"internal/tsp/steps":               {"internal/tsp internal/resource", "the engine of writes in several calls serves every family and knows none"},
	"internal/tsp/rest":                {"internal/outbound internal/tsp internal/tsp/steps internal/resource internal/retryafter", "a family helper builds adapters; of outbound it has why a host could not be reached"},
	"internal/tsp/simkit":              {"", "simulators must not share a misreading with adapters"},
	"internal/tsp/simkit/simtest":      {"internal/tsp/simkit", "what the tests of all simulators share"},
	"internal/tsp/tsptest":             {"internal/tsp internal/resource internal/tsp/simkit", "the suite sees what every adapter has in common"},
	"internal/tsp/all":                 {"internal/tsp internal/tsp/simkit adapters simulators", "the list of all adapters"},
	"internal/access":                  {"internal/audit internal/event internal/fence internal/outbound internal/page internal/problem internal/resource internal/wire", "who may do what, to which kinds; issuers of tokens are foreign hosts; who proves itself is named in the log of that"},
	"internal/connection":              {"internal/access internal/audit internal/event internal/fence internal/outbound internal/page internal/problem internal/resource internal/tsp internal/wire", "links between fleets and TSPs; an address that the policy refuses is no fault of the TSP; who did something by hand is named as in the log of that"},
	"internal/record":                  {"internal/access internal/connection internal/event internal/fence internal/page internal/problem internal/resource internal/tsp internal/wire", "the TSPs' records, shown to those who may see them and read through connections"},
	"internal/operation":               {"internal/access internal/connection internal/event internal/fence internal/page internal/problem internal/record internal/resource internal/tsp internal/wire", "the tracked write"},
	"internal/console/signin":          {"internal/audit internal/console internal/operator internal/outbound", "the door of the console knows who comes in and none of the pages; issuers are foreign hosts"},
	"internal/operator":                {"internal/audit internal/fence", "the persons who run the installation; the log of what they do names them"},
	"internal/job":                     {"internal/fence internal/operation internal/page internal/problem internal/resource internal/tsp internal/webhook internal/wire", "does to many what operations and webhooks let be done to one"},
	"internal/lane":                    {"internal/connection internal/fence internal/operation internal/page internal/problem", "shows operators the lanes of connections, from what is stored of both"},
	"internal/perform":                 {"internal/access internal/connection internal/dispatch internal/event internal/fence internal/operation internal/problem internal/record internal/resource internal/tsp internal/webhook", "attempts at what waits in lanes, and what their ends mean"},
	"internal/webhook":                 {"internal/audit internal/event internal/fence internal/outbound internal/page internal/problem internal/resource internal/retryafter internal/wire", "webhooks carry events and do not know operations; of resource they use the reader of bodies; who paused one is named as in the log of that"},
	"internal/dispatch":                {"internal/fence", "lanes do not know what runs in them"},
	"internal/dispatch/riversource":    {"internal/dispatch internal/fence", "a lane source has tables of its own, and uses no other room's statements"},
	"internal/dispatch/sourcetest":     {"internal/dispatch internal/fence", "holds lane sources against their contract"},
	"internal/store":                   {"internal/access internal/audit internal/connection internal/record internal/job internal/lane internal/operation internal/operator internal/webhook internal/fence internal/store/engine internal/store/move internal/store/postgres internal/store/sqlite internal/store/tables", "the ports of all rooms as one, and the choice of the engine beneath the tables"},
	"internal/store/engine":            {"internal/fence", "what the tables ask of the database in which they lie is a leaf"},
	"internal/store/faults":            {"internal/fence internal/store/engine", "a database that fails for tests is one to whoever uses it"},
	"internal/store/tables":            {"internal/access internal/audit internal/connection internal/event internal/fence internal/job internal/lane internal/operation internal/operator internal/page internal/record internal/resource internal/store/engine internal/store/move internal/tsp internal/webhook", "the tables implement the ports of others, over whatever engine, but none that was moved"},
	"internal/store/move":              {"internal/fence internal/store/engine", "moves rows whatever they say, over whatever engines"},
	"internal/store/sqlite":            {"internal/fence internal/store/engine", "an engine carries statements out and knows nothing of what they say"},
	"internal/store/sqlite/sqlitetest": {"internal/store/sqlite", "gives tests files without knowing what they keep in them"},
	"internal/store/storetest":         {"internal/access internal/audit internal/connection internal/event internal/fence internal/job internal/lane internal/operation internal/operator internal/page internal/record internal/resource internal/seal internal/store internal/tsp internal/webhook", "the suite sees what every engine has in common, and seals as the program does"},
	"internal/api":                     {"internal/access internal/api/openapi internal/audit internal/connection internal/job internal/operation internal/page internal/problem internal/record internal/resource internal/tsp internal/webhook internal/wire", "HTTP holds no rule and knows no store, lane or adapter"},
	"internal/console":                 {"internal/access internal/audit internal/connection internal/job internal/lane internal/operation internal/page internal/problem internal/record internal/resource internal/tsp internal/webhook internal/wire", "the console shows services, and never a store"},
	"internal/console/browsertest":     {"", "tests alone: a real browser before the whole program"},
	"internal/api/openapi":             {"", "the document is data"},
	"internal/api/openapi/openapitest": {"internal/api/openapi", "checks answers against the document"},
	"internal/metrics":                 {"", "rooms do not know how they are looked at: each declares what it tells, and the program brings both together"},
	"internal/tracing":                 {"", "rooms do not know who follows them, and whoever follows knows ids and words alone"},
	"internal/app":                     {"*", "the one place that knows every room"},
	"internal/app/apptest":             {"*", "what tests of the whole program share, from above it"},
	"internal/app/torture":             {"", "tests alone: the real program, killed, stopped and cut off under load"},
	"internal/demo":                    {"*", "shows the program at work, from above it"},
	"internal/cli":                     {"internal/cli/output internal/cli/profile internal/cli/remote internal/resource internal/webhook", "the client side of the command line speaks the public API and knows no room behind it; kinds, their fields and the signatures of deliveries are words of the wire"},
	"internal/cli/output":              {"", "what is written does not matter to how it is written"},
	"internal/cli/profile":             {"", "a file of addresses and secrets is a leaf"},
	"internal/cli/remote":              {"", "the API is met as any client meets it"},
	"internal/arch":                    {"", "this test"},
	"internal/idletest":                {"", "how many tests run at a time does not depend on what they test"},
	"internal/npmtest":                 {"", "tests that use others' tools install them in one way"},
	"examples/go":                      {"", "an example is copied as it is"},
	"tools/genadapters":                {"", "lists adapters while the list may be wrong, so it uses nobody"},
	"tools/gendocs":                    {"internal/api/openapi internal/config internal/tsp internal/tsp/all internal/resource", "documents follow from the adapters, the routes and the settings"},
	"tools/newtsp":                     {"internal/tsp internal/resource", "scaffolds a TSP's folder"},
	"cmd/waybill":                      {"internal/access internal/app internal/audit internal/cli internal/config internal/connection internal/demo internal/lane internal/operator internal/page internal/problem", "commands start the program, show it, or do what operators may"},
	"bench":                            {"*", "measures the store's face, the lanes and the whole program, from above it"},
	"bench/load":                       {"bench/callers bench/gateway bench/measure bench/stub internal/webhook", "compares builds and gateways; webhooks are checked as receivers do"},
	"bench/bare":                       {"internal/access internal/api internal/event internal/operation internal/outbound internal/problem internal/resource internal/throttle internal/tsp internal/tsp/samsara internal/webhook", "the stack of one write without a store"},
	"bench/callers":                    {"bench/gateway bench/measure bench/stub", "puts any gateway under load by HTTP alone"},
	"bench/gateway":                    {"bench/measure bench/stub internal/tsp/samsara", "starts what is measured as an operator does; the adapter tells which limits are to be lifted"},
	"bench/measure":                    {"", "processes, disks and spreads are measured without knowing what runs"},
	"bench/scaling":                    {"", "the model is arithmetic over parameters that were measured elsewhere"},
	"bench/stub":                       {"", "what stands around a gateway must cost little and share no misreading"},

	"internal/store/postgres":              {"internal/fence internal/store/engine", "an engine knows no tables"},
	"internal/store/postgres/postgrestest": {"internal/npmtest", "gives tests a server without knowing what they keep in it; other versions come from npm"},
}

// roomOf returns the room of a package and what stands for its kind; "" if it is none.
func roomOf(name string) (of room, kind string) {
	if of, ok := rooms[name]; ok {
		return of, "listed"
	}
	folder, ok := strings.CutPrefix(name, "internal/tsp/")
	if own, isSim := strings.CutSuffix(folder, "/sim"); ok && isSim && !strings.Contains(own, "/") {
		return simulatorRoom, "simulators"
	}
	if ok && !strings.Contains(folder, "/") {
		return adapterRoom, "adapters"
	}
	return room{}, ""
}

func TestEveryRoomUsesOnlyWhatItMay(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Dir,GoFiles", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p struct {
			ImportPath string
			Imports    []string
			Dir        string
			GoFiles    []string
		}
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		seen++
		// What go list read is unknown to the cache of test results until the test looks as well.
		for _, file := range append(p.GoFiles, "", "..") {
			if _, err := os.Stat(filepath.Join(p.Dir, file)); err != nil {
				t.Fatal(err)
			}
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		room, kind := roomOf(name)
		if kind == "" {
			t.Errorf("%s is no room of the house: add it to the table with a reason, or put its code where it belongs", name)
			continue
		}
		may := strings.Fields(room.may)
		for _, m := range may {
			if kind == "listed" && strings.Contains(m, "/") && !slices.Contains(p.Imports, module+m) {
				t.Errorf("%s may import %s and does not: take it out of the table", name, m)
			}
		}
		for _, imported := range p.Imports {
			other, ours := strings.CutPrefix(imported, module)
			_, class := roomOf(other)
			if ours && room.may != "*" && !slices.Contains(may, other) && !slices.Contains(may, class) {
				t.Errorf("%s must not import %s: %s", name, other, room.reason)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d packages were looked at", seen)
	}
}
