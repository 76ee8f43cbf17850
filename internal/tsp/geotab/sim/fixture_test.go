package sim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/tsp/geotab/sim"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

// Users of the seed, each with its password.
const (
	service    = "demo-service@waybill.example geotab-demo-password"
	readOnly   = "readonly@waybill.example geotab-readonly-password"
	newcomer   = "newcomer@waybill.example geotab-newcomer-password"
	supervisor = "dana.whitfield@demofreight.example geotab-supervisor-password"
	driver     = "amir.haddad@demofreight.example wheels-and-roads-0"
	historical = "ivan.petrov@demofreight.example wheels-and-roads-5"
)

// running is a simulator, called with the session of one of its users.
type running struct {
	*simtest.Sim
	credentials string
}

func open(opts simkit.Options) (simkit.Simulator, error) { return sim.New(opts) }

func start(t *testing.T, opts ...simtest.Option) running {
	t.Helper()
	return running{Sim: simtest.Start(t, open, opts...)}
}

// signedIn is a simulator with a session of the service account.
func signedIn(t *testing.T) running {
	t.Helper()
	return start(t).as(service)
}

// as signs in and is the same simulator for that user.
func (r running) as(user string) running {
	r.T().Helper()
	got := r.authenticate(user)
	if got.kind() != "" {
		r.T().Fatalf("%s cannot sign in: %s", user, got.Text)
	}
	return r.bearing(got.credentials())
}

// bearing is the same simulator, called with these credentials.
func (r running) bearing(credentials string) running { return running{r.Sim, credentials} }

func (r running) authenticate(user string) answer {
	r.T().Helper()
	return r.rpc("Authenticate", login(user))
}

// login are the params that a user signs in with.
func login(user string) string {
	name, password, _ := strings.Cut(user, " ")
	return `{"database":"demo","userName":"` + name + `","password":"` + password + `"}`
}

// post sends what may be a call.
func (r running) post(path, body string, headers ...string) answer {
	r.T().Helper()
	got := answer{Reply: r.Do(http.MethodPost, path, body, headers...)}
	if strings.HasPrefix(got.Header.Get("Content-Type"), "application/json") {
		_ = json.Unmarshal([]byte(got.Text), &got.body)
	}
	return got
}

// rpc makes a call; credentials are put before params.
func (r running) rpc(method, params string) answer {
	r.T().Helper()
	return r.post("/apiv1", `{"method":"`+method+`","params":`+r.withCredentials(params)+`}`)
}

func (r running) withCredentials(params string) string {
	if r.credentials == "" {
		return params
	}
	if params = strings.TrimPrefix(params, "{"); params != "}" {
		params = "," + params
	}
	return `{"credentials":` + r.credentials + params
}

// must makes a call that has to succeed.
func (r running) must(method, params string) answer {
	r.T().Helper()
	got := r.rpc(method, params)
	if got.Status != http.StatusOK || got.kind() != "" {
		r.T().Fatalf("%s %s answered %d %s", method, params, got.Status, got.Text)
	}
	return got
}

// entity are the params of a call that writes an entity.
func entity(typeName, object string) string {
	return `{"typeName":"` + typeName + `","entity":` + object + `}`
}

func (r running) add(typeName, object string) string {
	r.T().Helper()
	id, ok := r.must("Add", entity(typeName, object)).body.Result.(string)
	if !ok {
		r.T().Fatalf("Add %s gave no id", typeName)
	}
	return id
}

func (r running) set(typeName, object string) {
	r.T().Helper()
	r.must("Set", entity(typeName, object))
}

func (r running) get(typeName, search string) []map[string]any {
	r.T().Helper()
	return r.must("Get", `{"typeName":"`+typeName+`","search":`+search+`}`).found()
}

// one is the entity with an id.
func (r running) one(typeName, id string) map[string]any {
	r.T().Helper()
	found := r.get(typeName, `{"id":"`+id+`"}`)
	if len(found) != 1 {
		r.T().Fatalf("%d entities %s %s", len(found), typeName, id)
	}
	return found[0]
}
