package app_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/api/openapi/openapitest"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// shaped is an adapter that takes whatever shape the test wants.
type shaped struct{ kind string }

func (s *shaped) Spec() tsp.Spec {
	return tsp.Spec{Name: "catena_simulator", DisplayName: "The TSP",
		Credentials: []tsp.CredentialKind{tsp.CredentialKindOf(s.kind)}}
}

func (s *shaped) Connect(context.Context, tsp.Access) (tsp.Session, error) {
	return shapedSession{}, nil
}

type shapedSession struct{}

func (shapedSession) Check(context.Context, tsp.Pacer) (tsp.Account, error) {
	return tsp.Account{Key: "1"}, nil
}

func (shapedSession) Write(context.Context, tsp.Write) (tsp.Written, error) {
	return tsp.Written{}, nil
}

func (shapedSession) List(context.Context, tsp.List) (tsp.Page, error) { return tsp.Page{}, nil }

func TestEveryKindOfCredentialsIsAnsweredAsTheContractReadsIt(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Key = operatorKey
	c.DatabaseURL = apptest.Database(t)
	log, adapter := &bytes.Buffer{}, &shaped{kind: "token"}
	a, err := app.Open(t.Context(), c, app.Options{Dev: true, Adapters: []tsp.Adapter{adapter},
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(a.Handler())
	t.Cleanup(func() {
		server.Close()
		if err := a.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	h := &house{t: t, url: server.URL, app: a, db: a.Rooms().Store, checker: openapitest.NewChecker(t)}
	secret, err := h.operator().CreateClient(t.Context(), access.ClientOrder{ID: "tms", Owner: "TMS"})
	if err != nil {
		t.Fatal(err)
	}
	h.token = h.tokenFor("tms", secret, "")
	for _, kind := range tsp.CredentialKinds() {
		adapter.kind = kind
		given := map[string]any{}
		for _, f := range tsp.CredentialKindOf(kind).Fields {
			switch {
			case f.Integer:
				given[f.Name] = 5432
			case f.Values != nil:
				given[f.Name] = f.Values[0]
			case f.Secret:
				given[f.Name] = "hush-" + f.Name
			default:
				given[f.Name] = "open-" + f.Name
			}
		}
		text, err := json.Marshal(map[string]any{"tsp_id": tsp.Name("catena_simulator").ID(), "fleet_ref": kind,
			"credentials": given})
		if err != nil {
			t.Fatal(err)
		}
		if made := h.do("POST", connections, string(text)); made.status != http.StatusOK ||
			strings.Contains(made.text, "hush") ||
			strings.Count(made.text, "*****") != strings.Count(string(text), "hush-") {
			t.Errorf("%s: %d %s", kind, made.status, made.text)
		}
	}
	if list := h.do("GET", connections, ""); len(list.value("items").([]any)) != len(tsp.CredentialKinds()) ||
		strings.Contains(list.text, "hush") {
		t.Errorf("%s", list.text)
	}
	if strings.Contains(log.String(), "hush") {
		t.Errorf("a secret was logged: %s", log)
	}
}
