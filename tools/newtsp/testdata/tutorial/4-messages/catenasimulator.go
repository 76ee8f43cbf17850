package catenasimulator

import (
	"context"
	"net/http"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// New returns the adapter.
func New() tsp.Adapter { return rest.New(config(time.Now)) }

func config(now func() time.Time) rest.Config {
	return rest.Config{
		Spec:    spec(),
		Auth:    rest.Bearer("token"),
		Limits:  limits(),
		Answers: rest.Answers{Message: message},
		Check:   check,
		Writes:  []rest.Write{createVehicle(), updateVehicle(), createMessage()},
		Lists:   map[resource.Kind]rest.List{resource.KindVehicle: list(vehicles, vehicleRecord), resource.KindUser: list(drivers, driverRecord)},
		Now:     now,
	}
}

// check proves the credentials and tells whose account they open.
func check(ctx context.Context, send rest.Send, _ tsp.Settings) (tsp.Account, error) {
	a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: "/me"})
	if err != nil {
		return tsp.Account{}, err
	}
	me, err := rest.Decode[struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}](a)
	return tsp.Account{Key: me.ID, Name: me.Name}, err
}

// message returns what the TSP says is wrong.
func message(a rest.Answer) string {
	var body struct {
		Message string `json:"message"`
	}
	_ = json.Unmarshal(a.Body, &body)
	return body.Message
}
