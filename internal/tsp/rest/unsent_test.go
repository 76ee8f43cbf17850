package rest_test

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

func TestAWriteWhoseCallsOnlyReadWasNotSent(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodGet, http.MethodPatch} {
		config := testland()
		config.Writes[1].Method = method
		registry, err := tsp.NewRegistry([]tsp.Adapter{rest.New(config)},
			map[tsp.Name]string{"testland": serveURL(t, answer(200, `{"id":{"nested":true}}`))})
		if err != nil {
			t.Fatal(err)
		}
		caller := tsp.NewCaller(registry, http.DefaultClient, time.Minute, slog.New(slog.DiscardHandler))
		_, end := caller.Write(t.Context(), tsp.Target{Connection: uuid.New(), TSP: "testland",
			Credentials: func(context.Context) (tsp.Credentials, error) {
				return tsp.Credentials{Kind: "token", Fields: map[string]string{"token": token}}, nil
			}}, vehicleWrite("1"))
		if end == nil || end.Class != tsp.Broken || end.Unsent != (method == http.MethodGet) {
			t.Errorf("%s: %+v", method, end)
		}
	}
}
